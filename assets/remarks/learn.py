#!/usr/bin/env python3
"""Learns to tell remarks to the grader from what honest candidates write, for the built-in judge.

    python3 assets/remarks/learn.py texts rubrics [MORE] > texts.jsonl       labelled sentences
    cargo bench --bench built_in -- tokens texts.jsonl > tokens.jsonl        the same in tokens, as the judge reads them
    python3 assets/remarks/learn.py fit texts.jsonl tokens.jsonl             writes network.bin and examples.jsonl

Sentences come from sentences.jsonl beside this file and, as honest ones, from the shipped rubrics. MORE is JSONL with
further honest texts in `answer`; characters at random are honest as well. A `weight` counts a sentence so often: those that tests/attacks demands. Of a text with several sentences that is a remark only one has to look like one.

Needs numpy and torch (2.x, on a processor); ten minutes on two cores.

Layout of network.bin, little-endian: 8 bytes COACHNET, version (u32), then for each of 8192 rows of pieces a scale (f32)
and 48 signed bytes; then f32: projection (48 x 256) and its bias (48), windows (48 numbers of a state x 10 places x 48
filters) and their biases (4 widths x 48), weights (4 x 48), bias (1). See src/judge/built_in/remarks/network.rs.
"""
import json
import pathlib
import random
import re
import struct
import sys
import tomllib

HERE = pathlib.Path(__file__).parent
PIECES, DIMENSIONS, STATE, FILTERS, WIDEST = 8192, 256, 48, 48, 4
EPOCHS, BATCH, RATE, SMOOTHING = 16, 64, 3e-3, 0.02
WORD_DROPOUT, EXCHANGED, DROPOUT = 0.15, 0.05, 0.5
LONGEST = 100  # tokens of a sentence
CHECKED = 40  # texts in examples.jsonl
NOISE = 300  # texts that mean nothing


def texts(folder, more=None):
    for line in (HERE / "sentences.jsonl").open(encoding="utf-8"):
        yield {**json.loads(line), "source": "sentences"}
    seen = set()
    for path in sorted(pathlib.Path(folder).glob("*/*.toml")):
        rubric = tomllib.loads(path.read_text(encoding="utf-8"))
        honest = [e["answer"] for e in rubric["exemplars"] if not re.search("grader|inject", e["name"])]
        for text in [rubric["question"], rubric["model_answer"], *honest]:
            for sentence in re.split(r"(?<=[.!?])\s+|\n\n+", text.strip()):
                sentence = re.sub(r"(?<!\n)\n(?![\n\-*])", " ", sentence)
                if sentence not in seen and sentence.strip():
                    seen.add(sentence)
                    yield {"label": "honest", "text": sentence, "source": "rubrics"}
    for text in dict.fromkeys(json.loads(line)["answer"] for line in open(more, encoding="utf-8")) if more else []:
        if text.strip():
            yield {"label": "honest", "text": text, "source": "more"}
    yield from ({"label": "honest", "text": noise(random.Random(seed)), "source": "noise"} for seed in range(NOISE))


def noise(random):
    """Characters of any script in a row: what no sentence looks like is no remark."""
    widest = random.choice([0x7E, 0x24F, 0x3000, 0xFFFF, 0x1FFFF])
    drawn = (chr(random.randint(0x20, widest)) for _ in range(random.randint(1, 60)))
    return "".join(letter if letter.isprintable() else " " for letter in drawn) or "-"


def row(text):
    """FNV-1a, folded; network.rs has the same."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return (value ^ (value >> 32)) % PIECES


def pieces(name):
    """Rows of a token's pieces: itself, and all runs of three to five of its letters."""
    wide = any(letter >= "\u2e80" for letter in name)
    letters = "<" + name + ">"
    lengths = range(0) if len(name) < 4 and not wide else range(1, 4) if wide else range(3, 6)
    runs = [letters[at : at + length] for length in lengths for at in range(len(letters) - length + 1)]
    return [row(name), *map(row, runs)]


class Vectors:
    """The static word vectors (assets/vectors/distil.py has the layout)."""

    def __init__(self):
        import numpy

        self.zero = numpy.zeros(DIMENSIONS, numpy.float32)
        entries = (HERE.parent / "vectors/vocabulary.txt").read_text(encoding="utf-8").split("\n")[:-1]
        data = (HERE.parent / "vectors/vectors.bin").read_bytes()[20:]
        scales = numpy.frombuffer(data[: 8 * len(entries)], "<f4").reshape(-1, 2)[:, :1]
        rows = numpy.frombuffer(data[8 * len(entries) :], numpy.int8).reshape(-1, DIMENSIONS)
        self.vectors = rows.astype(numpy.float32) * scales
        self.rows = {entry: at for at, entry in enumerate(entries)}

    def meaning(self, word):
        """The vector of a word, or of the longest pieces from the left."""
        if word in self.rows:
            return self.vectors[self.rows[word]]
        total, rest, mark = self.zero.copy(), word, ""
        while rest:
            ends = (end for end in range(len(rest), 0, -1) if mark + rest[:end] in self.rows)
            end = next(ends, None)
            if end is None:
                return self.zero
            total += self.vectors[self.rows[mark + rest[:end]]]
            rest, mark = rest[end:], "##"
        length = (total**2).sum() ** 0.5
        return total / length if length else total


def fit(texts_file, tokens_file):
    import numpy
    import torch
    from torch import nn
    from torch.nn import functional

    random.seed(1)
    torch.manual_seed(1)
    torch.set_num_threads(2)
    vectors, numbers, meanings, rows = Vectors(), {}, [], []

    def number(token):
        if token not in numbers:
            numbers[token] = len(numbers)
            meanings.append(vectors.meaning(token))
            rows.append(pieces(token))
        return numbers[token]

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.pieces = nn.EmbeddingBag(PIECES, STATE, mode="mean")
            nn.init.normal_(self.pieces.weight, std=0.05)
            self.projection = nn.Linear(DIMENSIONS, STATE)
            self.windows = nn.ModuleList(
                nn.Conv1d(STATE, FILTERS, width, padding=width - 1) for width in range(1, WIDEST + 1)
            )
            self.out = nn.Linear(FILTERS * WIDEST, 1)
            self.dropout = nn.Dropout(DROPOUT)

        def forward(self, sentences):
            used = sorted({token for sentence in sentences for token in sentence})
            place = {token: at for at, token in enumerate(used)}
            flat = [piece for token in used for piece in rows[token]]
            begins = numpy.cumsum([0] + [len(rows[token]) for token in used[:-1]])
            states = torch.tanh(
                self.projection(torch.from_numpy(numpy.stack([meanings[token] for token in used])))
                + self.pieces(torch.tensor(flat), torch.from_numpy(begins))
            )
            states = torch.cat([states, torch.zeros(1, STATE)])
            # One place more than the longest, so that each window is once beyond the sentence.
            index = torch.full((len(sentences), max(map(len, sentences)) + 1), len(used))
            for at, sentence in enumerate(sentences):
                index[at, : len(sentence)] = torch.tensor([place[token] for token in sentence])
            states = states[index]
            if self.training:
                states = states * (torch.rand(*states.shape[:2], 1) > WORD_DROPOUT)
            states = states.transpose(1, 2)
            strongest = [functional.relu(window(states)).amax(2) for window in self.windows]
            return self.out(self.dropout(torch.cat(strongest, 1))).squeeze(1)

    # Words that no sentence has are to say nothing: some are exchanged for any words there are.
    whole_words = [entry for entry in vectors.rows if entry.isalpha()]

    def exchanged(sentence):
        return [number(random.choice(whole_words)) if random.random() < EXCHANGED else token for token in sentence]

    def of_texts(network, batch):
        sentences = [sentence for item in batch for sentence in item[0]]
        if network.training:
            sentences = [exchanged(sentence) for sentence in sentences]
        owner = torch.tensor([at for at, item in enumerate(batch) for _ in item[0]])
        return torch.full((len(batch),), -1e9).scatter_reduce(0, owner, network(sentences), "amax")

    read = [json.loads(line) for line in open(texts_file, encoding="utf-8")]
    tokens = [json.loads(line) for line in open(tokens_file, encoding="utf-8")]
    items = [
        ([[number(token) for token in sentence][:LONGEST] for sentence in sentences], item["label"] == "remark", item)
        for item, sentences in zip(read, tokens, strict=True)
        if sentences
    ]
    network = Network()
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-2)
    for epoch in range(EPOCHS):
        network.train()
        random.shuffle(items)
        total = 0.0
        for at in range(0, len(items), BATCH):
            for group in optimizer.param_groups:
                group["lr"] = RATE * (1 - (epoch + at / len(items)) / EPOCHS) + 1e-5
            batch = items[at : at + BATCH]
            target = torch.tensor([float(item[1]) for item in batch]) * (1 - 2 * SMOOTHING) + SMOOTHING
            weight = torch.tensor([float(item[2].get("weight", 1)) for item in batch])
            loss = functional.binary_cross_entropy_with_logits(of_texts(network, batch), target, weight)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        print("epoch", epoch + 1, "loss", round(total / len(items), 4), file=sys.stderr, flush=True)

    network.eval()
    with torch.no_grad():
        table = network.pieces.weight
        scale = table.abs().amax(1, keepdim=True).clamp(min=1e-9) / 127
        whole = (table / scale).round().clamp(-127, 127)
        table.copy_(whole * scale)
        with (HERE / "network.bin").open("wb") as out:
            out.write(b"COACHNET" + struct.pack("<I", 1))
            for factor, numbers_of_row in zip(scale.squeeze(1).tolist(), whole.to(torch.int8).numpy()):
                out.write(struct.pack("<f", factor) + numbers_of_row.tobytes())
            windows = [window.weight for window in network.windows]  # filters x state x width
            places = torch.cat([weight.permute(1, 2, 0) for weight in windows], 1)  # state x places x filters
            biases = torch.cat([window.bias for window in network.windows])
            projection = network.projection
            for part in [projection.weight, projection.bias, places, biases, network.out.weight, network.out.bias]:
                out.write(part.contiguous().numpy().astype("<f4").tobytes())
        alone = [item for item in items if len(item[0]) == 1 and item[2]["source"] == "sentences"]
        with (HERE / "examples.jsonl").open("w", encoding="utf-8") as out:
            for item in random.sample(alone, CHECKED):
                odds = round(of_texts(network, [item]).item(), 3)
                out.write(json.dumps({"text": item[2]["text"], "log_odds": odds}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "texts":
        for text in texts(*sys.argv[2:]):
            print(json.dumps(text, ensure_ascii=False))
    else:
        fit(*sys.argv[2:])
