"""From a structure's name to the token ids that Sa2VA reads, with the answer already given ("Sure, [SEG].")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

QUESTION = "<image>\nPlease segment {phrase} in this image."
ANSWER = "Sure, [SEG]."
INSTRUCTION = "<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"
END_OF_TURN = "<|im_end|>"
IMAGE_TOKEN, IMAGE_START, IMAGE_END, SEG_TOKEN = "<IMG_CONTEXT>", "<img>", "</img>", "[SEG]"


@dataclass(frozen=True)
class Conversation:
    """Token ids of a question with its answer.

    Attributes:
        ids: all ids; the image stands for `image_tokens` copies of <IMG_CONTEXT>.
        answer_start: index of the answer's first id; everything from there to `answer_end` carries language loss.
        answer_end: index after the end-of-turn id.
        seg_positions: indices at which [SEG] is the input token.
    """

    ids: tuple[int, ...]
    answer_start: int
    answer_end: int
    seg_positions: tuple[int, ...]


def phrase_of(prompt: str) -> str:
    """A structure's name as upstream writes it: lower case, no space around, one trailing dot cut."""
    phrase = prompt.strip().lower()
    return phrase[:-1] if phrase.endswith(".") else phrase


def question_of(prompt: str) -> str:
    """The question for a structure's name."""
    return QUESTION.format(phrase=phrase_of(prompt))


def converse(
    tokenizer: Any, question: str, image_tokens: int, answer: str = ANSWER, begin_of_text: str = ""
) -> Conversation:
    """Tokenise question and answer.

    Args:
        tokenizer: a tokenizer with Sa2VA's special tokens.
        question: text with one "<image>\\n" where the picture stands.
        image_tokens: number of image tokens of this picture.
        answer: the answer that is forced.
        begin_of_text: a token that this family puts in front ("" for none).

    Raises:
        ValueError: the tokenizer does not know [SEG] as one token.
    """
    picture = IMAGE_START + IMAGE_TOKEN * image_tokens + IMAGE_END + "\n"
    text = begin_of_text + INSTRUCTION.format(question=question.replace("<image>\n", picture))

    def encode(piece: str) -> list[int]:
        return list(tokenizer.encode(piece, add_special_tokens=False))

    before, reply, newline = encode(text), encode(answer + END_OF_TURN), encode("\n")
    seg = tokenizer.convert_tokens_to_ids(SEG_TOKEN)
    positions = tuple(len(before) + i for i, token in enumerate(reply) if token == seg)
    if not positions:
        raise ValueError("the tokenizer does not know [SEG]")
    return Conversation(tuple(before + reply + newline), len(before), len(before) + len(reply), positions)
