"""From a structure's name to the token ids that Sa2VA reads, with the answer already given ("Sure, [SEG].")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

QUESTION = "<image>\nPlease segment {phrase} in this image."
ANSWER = "Sure, [SEG]."
INSTRUCTION = "<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"
DEFAULT_SYSTEM = "You are a helpful assistant."
"""Stands in the chat template of Qwen2.5-VL and not in that of Qwen3-VL."""
SYSTEM_TURN = f"<|im_start|>system\n{DEFAULT_SYSTEM}<|im_end|>\n"
END_OF_TURN, END_OF_TEXT, SEG_TOKEN, IMAGE_TOKEN = "<|im_end|>", "<|endoftext|>", "[SEG]", "<IMG_CONTEXT>"


@dataclass(frozen=True)
class Style:
    """How a family writes a conversation.

    Attributes:
        image_token: stands for one piece of the picture, as often as there are pieces.
        image_start: before them.
        image_end: behind them.
        between: one picture and the next.
        before: the text before the first turn ("" for none).
    """

    image_token: str
    image_start: str
    image_end: str
    between: str = "\n"
    before: str = ""


INTERNVL_STYLE = Style(IMAGE_TOKEN, "<img>", "</img>")


@dataclass(frozen=True)
class Conversation:
    """Token ids of a question with its answer.

    Attributes:
        ids: all ids; the image stands for as many copies of the image token as it has pieces.
        picture_end: index after the last image token: what comes before is the same for every question about a picture.
        answer_start: index of the answer's first id; everything from there to `answer_end` carries language loss.
        answer_end: index after the end-of-turn id.
        seg_positions: indices at which [SEG] is the input token.
    """

    ids: tuple[int, ...]
    picture_end: int
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
    tokenizer: Any,
    question: str,
    image_tokens: int | Sequence[int],
    answer: str = ANSWER,
    style: Style = INTERNVL_STYLE,
) -> Conversation:
    """Tokenise question and answer.

    Args:
        tokenizer: a tokenizer with Sa2VA's special tokens.
        question: text with one "<image>\\n" where the picture stands.
        image_tokens: number of image tokens of this picture, or of each of several that stand in its place.
        answer: the answer that is forced.
        style: how the family writes it.

    Raises:
        ValueError: the tokenizer does not know [SEG] or the image token as one token.
    """
    counts = [image_tokens] if isinstance(image_tokens, int) else list(image_tokens)
    # A special token stands apart from its neighbours, so one tokenised is as good as thousands.
    pictures = [style.image_start + style.image_token * min(count, 1) + style.image_end for count in counts]
    seen = style.between.join(pictures) + "\n"
    text = style.before + INSTRUCTION.format(question=question.replace("<image>\n", seen))

    def encode(piece: str) -> list[int]:
        return list(tokenizer.encode(piece, add_special_tokens=False))

    before, reply, newline = encode(text), encode(answer + END_OF_TURN), encode("\n")
    seg, piece = tokenizer.convert_tokens_to_ids([SEG_TOKEN, style.image_token])
    if before.count(piece) != sum(count > 0 for count in counts):
        raise ValueError("the tokenizer does not know the image token")
    picture_end = 0
    for count in filter(None, counts):
        place = before.index(piece, picture_end)
        before[place : place + 1] = [piece] * count
        picture_end = place + count
    positions = tuple(len(before) + i for i, token in enumerate(reply) if token == seg)
    if not positions:
        raise ValueError("the tokenizer does not know [SEG]")
    return Conversation(tuple(before + reply + newline), picture_end, len(before), len(before) + len(reply), positions)
