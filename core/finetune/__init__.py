"""Fine-tuning: a frozen job in, a better version out, or the reason why not."""
