"""Keeps the states of one search on a Dask cluster: racewalk talks to it by lines of JSON on standard input and output.

usage: dask-driver.py SCHEDULER SMALL COMMAND...

COMMAND is `racewalk expand MODEL ...`; a level of fewer than SMALL states is expanded by one process.

A state is a line of text of one length, its end included, so that an array of them is the text that `racewalk expand`
reads. States are dealt to partitions by their checksum; a level is an array for each partition, and known states are
sorted arrays that are merged like runs. Each task is a function of its arguments alone.
"""

import json
import subprocess
import sys

import numpy as np
from distributed import Client, wait


def run(command, text):
    """The state lines and the other lines that a command writes."""
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode(errors="replace").strip() or f"racewalk ended with {done.returncode}")
    lines = done.stdout.splitlines(keepends=True)
    others = [line for line in lines if b"\t" in line]
    if not others or not others[-1].startswith(b"end\t"):
        raise RuntimeError("racewalk ended early")
    states = b"".join(line for line in lines if b"\t" not in line)
    return states, [line.decode().rstrip("\n").split("\t") for line in others]


def array_of(text):
    """State lines as an array; an empty one fits every length."""
    width = text.find(b"\n") + 1
    return np.frombuffer(text, dtype=f"S{width}") if width > 0 else np.empty(0, dtype="S1")


def block(states):
    return states.tobytes() + f"end\t{len(states)}\n".encode()


def dealt(states, parts):
    """The states by partition."""
    if len(states) == 0:
        return [states] * parts
    letters = states.view(np.uint8).reshape(len(states), -1)[:, -7:-1].astype(np.uint64)
    number = letters @ (np.uint64(257) ** np.arange(6, dtype=np.uint64))
    home = (number * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(33)) % np.uint64(parts)
    return [states[home == part] for part in range(parts)]


def joined(arrays):
    some = [array for array in arrays if len(array) > 0]
    return np.concatenate(some) if some else np.empty(0, dtype="S1")


def expand(command, parts, *shares):
    """The distinct successors of some states by partition, and the lines about them."""
    text, others = run(command, block(joined(shares)))
    return [np.unique(some) for some in dealt(array_of(text), parts)], others


def start(command, parts):
    text, others = run([*command, "--init"], b"")
    return dealt(np.unique(array_of(text)), parts), others


def lines_of(expansion):
    return expansion[1]


def part_of(expansion, part):
    return expansion[0][part]


def new_states(known, *candidates):
    """The candidates that no known array has, sorted."""
    states = np.unique(joined(candidates))
    for array in known:
        if len(array) > 0 and len(states) > 0:
            at = np.searchsorted(array, states)
            states = states[array[np.minimum(at, len(array) - 1)] != states]
    return states


def merged(*arrays):
    return np.sort(joined(arrays))


def leading(command, target, *shares):
    """The least of some states that leads to a state, if there is one."""
    text, _ = run([*command, "--leads-to", target], block(joined(shares)))
    return sorted(text.decode().split())[:1]


class Search:
    def __init__(self, client, small, command):
        self.client = client
        self.small = small
        self.command = command
        self.workers = self.present()
        if not self.workers:
            raise RuntimeError("the scheduler has no workers")
        self.parts = len(self.workers)
        self.levels = []
        # By partition: sorted arrays with their sizes, each larger than the later ones together.
        self.known = [[] for _ in range(self.parts)]

    def present(self):
        return set(self.client.scheduler_info()["workers"])

    def checked(self, result):
        """The result, if every worker is still there."""
        lost = self.workers - self.present()
        if lost:
            raise RuntimeError(f"lost the worker {', '.join(sorted(lost))}")
        return result

    def submit(self, function, *arguments):
        return self.client.submit(function, *arguments, pure=False, retries=0)

    def gather(self, futures):
        while not is_done(futures):
            self.checked(None)
        return self.client.gather(futures)

    def taken(self, expansions):
        """Makes the next level of the successors."""
        parts = range(self.parts)
        level = []
        for part in parts:
            candidates = [self.submit(part_of, expansion, part) for expansion in expansions]
            known = [array for array, _ in self.known[part]]
            level.append(self.submit(new_states, known, *candidates))
        sizes = self.gather([self.submit(len, states) for states in level])
        for part, states, size in zip(parts, level, sizes):
            runs = [*self.known[part], (states, size)]
            while len(runs) > 1 and runs[-2][1] <= runs[-1][1]:
                (last, more), (before, some) = runs.pop(), runs.pop()
                runs.append((self.submit(merged, before, last), some + more))
            self.known[part] = runs
        self.levels.append((level, sum(sizes)))
        others = [line for lines in self.gather([self.submit(lines_of, one) for one in expansions]) for line in lines]
        return {
            "states": sum(sizes),
            "ends": [json.loads(line[1]) for line in others if line[0] == "end"],
            "findings": [line[1:] for line in others if line[0] == "finding"],
        }

    def start(self):
        return self.taken([self.submit(start, self.command, self.parts)])

    def shares(self, depth):
        """A level as the arrays of each process that expands it."""
        level, size = self.levels[depth]
        return [level] if size < self.small else [[states] for states in level]

    def expand(self):
        return self.taken([self.submit(expand, self.command, self.parts, *share) for share in self.shares(-1)])

    def predecessor(self, target, depth):
        found = self.gather([self.submit(leading, self.command, target, *share) for share in self.shares(depth)])
        return {"state": min((state for some in found for state in some), default=None)}


def is_done(futures):
    """Whether all are done, within half a second."""
    try:
        wait(futures, timeout=0.5)
        return True
    except TimeoutError:
        return False


def main(scheduler, small, command):
    with Client(scheduler, timeout=10) as client:
        search = Search(client, small, command)
        for line in sys.stdin:
            name, *arguments = json.loads(line)
            answer = {"start": search.start, "expand": search.expand, "predecessor": search.predecessor}[name](*arguments)
            print(json.dumps(search.checked(answer)), flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
    except Exception as error:  # Whatever it is, racewalk has to know.
        print(json.dumps({"error": str(error) or type(error).__name__}), flush=True)
        sys.exit(1)
