# SPDX-License-Identifier: Apache-2.0
"""One table: every contender once a round, in another order each round."""
import os

from measure import Failed, timed
from results import Results
from workload import Incomplete

TOO_SLOW = 60  # seconds


def one_run(workload, bench, name: str) -> dict:
    workload.before(name)
    argv, env = workload.command(name)
    if bench.full:
        os.sync()  # nobody pays for what the run before left to be written
    columns = timed(argv, {**bench.environment(name), **env}, bench.folder)
    columns.update(workload.after(name))
    return columns


def is_too_slow(results, name: str, reference: str) -> bool:
    """What took over a minute and over ten times as long as the first contender is not repeated."""
    seen, first = results.values(name, 'wall'), results.values(reference, 'wall')
    return bool(seen and first) and seen[0] > TOO_SLOW and seen[0] > 10 * first[0]


def run_rounds(workload, bench, results, said) -> None:
    names = results.contenders
    for i in range(bench.runs):
        turn = i % len(names)
        for name in names[turn:] + names[:turn]:
            if results.is_hopeless(name) or is_too_slow(results, name, names[0]):
                continue
            try:
                columns = one_run(workload, bench, name)
            except (Failed, Incomplete) as error:
                kind = 'incomplete' if isinstance(error, Incomplete) else 'failed'
                results.fail(name, f'{kind}: {error}')
                said(f'{workload.name} {i + 1}/{bench.runs} {name}: {kind}: {error}')
                continue
            results.add(name, columns)
            said(f'{workload.name} {i + 1}/{bench.runs} {name}: {columns["wall"]:.3f} s')


def run_table(kind, bench, said) -> tuple:
    """(workload, its results, its notes)"""
    workload = kind(bench)
    try:
        workload.prepare()
        results = Results(workload.contenders())
        run_rounds(workload, bench, results, said)
        return workload, results, workload.notes()
    finally:
        workload.finish()
        bench.stop()
