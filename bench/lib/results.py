# SPDX-License-Identifier: Apache-2.0
"""The values of all runs of one table: medians and ratios."""
import statistics

NOT_PEERS = ('artmirror', 'limit')


class Results:
    """runs: {contender: list of columns}; errors: {contender: list of texts}."""

    def __init__(self, contenders):
        self.contenders = list(contenders)
        self.runs = {name: [] for name in self.contenders}
        self.errors = {name: [] for name in self.contenders}

    def add(self, name: str, columns: dict) -> None:
        self.runs[name].append(columns)

    def fail(self, name: str, text: str) -> None:
        self.errors[name].append(text)

    def is_hopeless(self, name: str) -> bool:
        """Two failures and not one success."""
        return len(self.errors[name]) >= 2 and not self.runs[name]

    def values(self, name: str, column: str) -> list:
        return [run[column] for run in self.runs.get(name, []) if column in run]

    def median(self, name: str, column: str):
        """Of the complete runs; None where there is no such contender or column, or no such
        run."""
        values = self.values(name, column)
        if not values or not all(isinstance(value, (int, float)) for value in values):
            return None
        return statistics.median(values)

    def last(self, name: str, column: str):
        values = self.values(name, column)
        return values[-1] if values else None

    def ratio(self, one: str, other: str, column: str):
        """one's median divided by other's, or None."""
        first, second = self.median(one, column), self.median(other, column)
        return first / second if first is not None and second else None

    def best_peer(self, column: str):
        """(name, median) of the lowest median among the peers, or None."""
        found = [(self.median(name, column), name) for name in self.contenders
                 if name.split()[0] not in NOT_PEERS and self.median(name, column) is not None]
        return (min(found)[1], min(found)[0]) if found else None

    def columns(self) -> list:
        """All columns, in the order they came."""
        found = {}
        for runs in self.runs.values():
            for run in runs:
                found.update(dict.fromkeys(run))
        return list(found)


def at_most(limit: float, other: str, column='wall', one='artmirror'):
    """A figure's function: one's median is at most limit times other's; other may be
    'best peer'."""
    def judge(results):
        name = other
        if other == 'best peer':
            best = results.best_peer(column)
            if not best:
                return None
            name = best[0]
        ratio = results.ratio(one, name, column)
        return None if ratio is None else (f'{ratio:.2f} x {name}', ratio <= limit)
    return judge


def value_at_most(limit: float, column: str, unit='', one='artmirror', per=1):
    """A figure's function: one's median, divided by per, is at most limit."""
    def judge(results):
        value = results.median(one, column)
        if value is None:
            return None
        return f'{value / per:.4g}{unit}', value / per <= limit
    return judge
