# SPDX-License-Identifier: Apache-2.0
"""Registries that are far away: bench/delay.c before both, and the best parallel setting of each
tool, tried before the first round."""
from peers import CAN_BE_PARALLEL
from workload import Incomplete

SETTINGS = (8, 16, 32, 64)


class Far:
    """To be put before a Mirroring: its registries, a round trip of 40 ms away (4 ms in the small
    size)."""

    threads = 64

    def __init__(self, bench):
        super().__init__(bench)
        self.one_way = 20 if bench.full else 2
        self.title += f', {2 * self.one_way} ms to each registry and back'

    def prepare(self):
        super().prepare()
        ports = self.bench.start([self.bench.compiled('delay'), self.one_way, self.source.port,
                                  self.target.port]).split()
        self.source_port, self.target_port = map(int, ports)
        self.best = {}
        self.tried = {}
        for name in self.contenders():
            if name in CAN_BE_PARALLEL:
                self.choose(name)

    def addresses(self):
        return f'127.0.0.1:{self.source_port}', f'127.0.0.1:{self.target_port}'

    def ports(self):
        return self.source_port, self.target_port

    def parallel(self, name):
        return self.best.get(name)

    def choose(self, name):
        """One run at each setting, in the full size; the fastest is kept. What fails here fails in
        the rounds, too, where it is told."""
        seen = {}
        for setting in SETTINGS if self.bench.full else ():
            self.best[name] = setting
            try:
                self.before(name)
                wall = self.run_untimed(name)
                self.check(name)
                seen[setting] = wall
            except Incomplete:
                pass
        self.best[name] = min(seen, key=seen.get) if seen else SETTINGS[0]
        self.tried[name] = seen

    def notes(self):
        chosen = ', '.join(f'{name} {setting}' for name, setting in self.best.items())
        times = '; '.join(f'{name} ' + ', '.join(f'{setting}: {wall:.2f} s'
                                                for setting, wall in seen.items())
                          for name, seen in self.tried.items() if seen)
        found = [f'parallel settings: {chosen}']
        return found + ([f'found by one run each: {times}'] if times else [])
