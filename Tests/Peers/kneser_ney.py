"""Modified Kneser–Ney smoothing in numpy, by sorting all n-grams of an order as numbers (NGrams counts them otherwise).

    python Tests/Peers/kneser_ney.py TEXT            # nats per character of the orders 1 to 8, on the last tenth of the text
    python Tests/Peers/kneser_ney.py TEXT RUN        # and whether they are what a run on it recorded
"""

import json
import pathlib
import sys

import numpy as np

ORDERS = range(1, 9)
BITS = 7  # a character's number; 0 stands for none, so up to 126 different ones


def characters(path):
    """The characters' numbers, and V, which has one more for an unknown character."""
    points = np.frombuffer(pathlib.Path(path).read_bytes().decode().encode("utf-32-le"), np.uint32)
    alphabet, numbers = np.unique(points, return_inverse=True)
    if len(alphabet) > 126:
        sys.exit(f"{path} has {len(alphabet)} different characters, and this knows 126")
    return numbers.astype(np.int64) + 1, len(alphabet) + 1


def grams(text, length):
    """At each place the `length` characters that end there as one number; -1 where there are not so many."""
    number = np.zeros_like(text)
    for back in reversed(range(length)):
        number[back:] = number[back:] << BITS | text[: len(text) - back]
    number[: length - 1] = -1
    return number


def predecessors(text, length):
    """The n-grams that occur, and of how many different characters each comes after; the beginning counts as one."""
    long = grams(np.concatenate([[0], text]), length + 1)
    return np.unique(np.unique(long[long >= 0]) & (1 << BITS * length) - 1, return_counts=True)


def occurrences(text, length):
    """The n-grams that occur, and how often each does."""
    numbers = grams(text, length)
    return np.unique(numbers[numbers >= 0], return_counts=True)


def discounts(counts):
    n = [np.count_nonzero(counts == j) for j in range(5)]
    if min(n[1:]) > 0:
        share = n[1] / (n[1] + 2 * n[2])
        found = [j - (j + 1) * share * n[j + 1] / n[j] for j in (1, 2, 3)]
        if all(0 < value < j for value, j in zip(found, (1, 2, 3))):
            return np.array([0, *found])
    return np.array([0, 0.5, 1, 1.5])


def lookup(keys, values, wanted):
    """The value of each key wanted; 0 where it is not there."""
    places = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return np.where(keys[places] == wanted, values[places], 0)


def level(counted, context, gram, lower):
    """The probabilities of one order, from those of the order before."""
    numbers, counts = counted
    taken = discounts(counts)[np.minimum(counts, 3)]
    contexts, index = np.unique(numbers >> BITS, return_inverse=True)
    total = lookup(contexts, np.bincount(index, counts), context)
    left = lookup(contexts, np.bincount(index, taken), context)
    seen = np.maximum(total, 1)
    return np.where(total > 0, (lookup(numbers, counts - taken, gram) + left * lower) / seen, lower)


def losses(training, validation, size):
    """Nats per character of each order, all characters but the first scored."""
    result = []
    lower = np.full(len(validation) - 1, 1 / size)
    for order in ORDERS:
        gram = grams(validation, order)[1:]
        context = np.zeros_like(gram) if order == 1 else grams(validation, order - 1)[:-1]
        # At the beginning, where the context is shorter, nothing is looked up.
        gram = np.where(context < 0, -1, gram)
        result.append(-np.log(level(occurrences(training, order), context, gram, lower)).mean())
        if order < ORDERS[-1]:
            lower = level(predecessors(training, order), context, gram, lower)
    return result


def main():
    text, size = characters(sys.argv[1])
    cut = int(len(text) * 0.9)
    found = losses(text[:cut], text[cut:], size)
    for order, loss in zip(ORDERS, found):
        print(f"order {order}: {loss:.6f}")
    if len(sys.argv) > 2:
        with open(pathlib.Path(sys.argv[2]) / "metrics.jsonl") as file:
            recorded = json.loads(next(file))
        order, loss = recorded["kneser_ney_order"], recorded["kneser_ney"]
        print(f"the run: {loss:.6f}, order {order}")
        # The program keeps what is left to shorter contexts in float32: 8 roundings of 2⁻²⁴ in a probability.
        if found[order - 1] != min(found) or abs(loss - found[order - 1]) > 8 * 2**-24:
            sys.exit("they differ")


main()
