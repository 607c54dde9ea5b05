# SPDX-License-Identifier: Apache-2.0
"""What a workload is: a file in bench/workloads with one or more classes derived from Workload."""


class Incomplete(Exception):
    """A run left something out or wrong; the text says what."""


class Workload:
    """One table. Its contenders are run in turn, round after round; each run is before(),
    command() timed by hyperfine, after().

    figures: what the table is judged by, as (text, function). The function gets the Results
    (bench/lib/results.py: median(contender, column), ratio(one, other, column), best_peer(column))
    and gives (the value as text, True, False or None where it can't be judged), or None where
    there is nothing to say: a peer that is not installed, for instance.

    The columns wall and cpu (user+sys) in seconds and rss in MiB are measured; after() adds others
    by name. Numbers are shown as medians, text as it is (the last run's), and what begins with '_'
    is kept in the JSON only."""

    name = ''
    title = ''
    figures = []

    def __init__(self, bench):
        self.bench = bench

    def prepare(self) -> None:
        """Once, before the first round."""

    def contenders(self) -> list:
        """Names, artmirror first: the ratios are relative to the first one."""
        raise NotImplementedError

    def before(self, name: str) -> None:
        """Before each run, untimed."""

    def command(self, name: str) -> tuple:
        """(argv, what to add to the environment of bench.environment(name))."""
        raise NotImplementedError

    def after(self, name: str) -> dict:
        """Further columns of this run; raises Incomplete."""
        return {}

    def notes(self) -> list:
        """Lines to print below the table: settings that were chosen, who was left out and why."""
        return []

    def finish(self) -> None:
        """Once, after the last round, also after a failure. Registries of bench.start_registry
        are stopped by themselves."""
