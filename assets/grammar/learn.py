#!/usr/bin/env python3
"""Counts which kinds of words follow each other in English sentences, for the built-in judge.

    python3 assets/grammar/learn.py rubrics > assets/grammar/pairs.txt

Sentences come from the model answers and honest exemplars of the shipped rubrics. Words that hold sentences
together count as themselves, all others by their ending; so the table knows grammar, not subjects. It needs no
update when rubrics change. Plain Python, no packages.
"""
import collections
import pathlib
import re
import sys
import tomllib

# Words that count as themselves: those without content, and the verbs and adverbs that take their places.
HOLDING = set("""
a about across again against all already also always although an and another any anything are aren't as at be
because been before being between both but by can can't cannot could did didn't do does doesn't doing don't
done down during each either else enough even every everything few fewer first for from gave get gets give
gives got had has hasn't have haven't having he hence her here his how however i if in instead into is isn't it
its just least less let like made make makes making many may me might more most much must my need needs
neither never no nor not nothing now of off often on once one only onto or other our out over own per rather
same shall she should shouldn't since so some something still such take takes than that the their them then
there therefore these they thing things this those though through thus to too toward towards two under unless
until up upon us use used uses using usually very via want wants was wasn't way we well were weren't what when
where whereas whether which while who whom whose why will with within without won't would wouldn't yet you
your
""".split())
ENDINGS = ("ing", "ed", "ly", "s")
SHORTEST_STEM = 3
WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*|,")
CONTRACTION = re.compile(r"'(s|re|ve|ll|d|m)$")


def kind(word):
    word = CONTRACTION.sub("", word.lower().replace("’", "'"))
    if word == "," or word in HOLDING:
        return word
    if word[0].isdigit():
        return "0"
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + SHORTEST_STEM:
            return "-" + ending
    return "x"


def sentences(text):
    text = re.sub(r"\n\s*\n", ". ", text).replace("\n", " ")
    for sentence in re.split(r"(?<=[.!?;])\s+", text):
        words = WORD.findall(sentence)
        if sum(word != "," for word in words) >= SHORTEST_STEM:
            yield ["<"] + [kind(word) for word in words] + [">"]


def main(folder):
    pairs = collections.Counter()
    for path in sorted(pathlib.Path(folder).glob("*/*.toml")):
        rubric = tomllib.loads(path.read_text(encoding="utf-8"))
        honest = [e["answer"] for e in rubric["exemplars"] if not re.search("grader|injection", e["name"])]
        for text in [rubric["model_answer"], *honest]:
            for sentence in sentences(text):
                pairs.update(zip(sentence, sentence[1:]))
    for (first, second), count in sorted(pairs.items()):
        print(first, second, count)


if __name__ == "__main__":
    main(sys.argv[1])
