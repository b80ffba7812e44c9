"""Each claim about what is never lost and who is never let in, as a command. The short form of each is an ordinary test."""
