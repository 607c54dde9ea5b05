# SPDX-License-Identifier: Apache-2.0
"""many again, with nothing to do."""
from limit import replay_command, warm_plan
from mirroring import Mirroring, corpus_of_many
from peers import REMEMBER
from results import at_most


class Warm(Mirroring):

    name = 'warm'
    title = 'many again, nothing to do'
    threads = 8  # of the limit's replay

    def __init__(self, bench):
        super().__init__(bench)
        self.figures = [
            ('wall at most 0.5 x the best peer', at_most(0.5, 'best peer')),
            ('at most 2 requests a tag', self.requests),
            ('nothing is written', self.writes)]
        self.filled = set()

    def corpus_at_source(self):
        return corpus_of_many(self.bench)

    def prepare(self):
        super().prepare()
        self.plan = warm_plan(self.corpus)
        self.target.wipe()

    def before(self, name):
        """What a tool remembers is that of a run of its own; the first of these finds the target
        empty. Nothing may change at the target, so it stays."""
        if name in REMEMBER and name not in self.filled:
            self.run_untimed(name)
            self.filled.add(name)
        if not self.filled:
            self.corpus.fill(self.target.folder / 'storage')
        self.start_counting()

    def limit_command(self):
        return replay_command(self.bench, self.plan, self.ports(), self.threads), {}

    def requests(self, results):
        source, target = (results.median('artmirror', f'requests {side}')
                          for side in ('source', 'target'))
        if source is None:
            return None
        # The check of the API's version, once a registry.
        each = (source + target - 2) / len(self.corpus.tags)
        return f'{source:.0f} + {target:.0f}', each <= 2

    @staticmethod
    def writes(results):
        writes = results.median('artmirror', '_writes')
        return None if writes is None else (f'{writes:.0f} writes', writes == 0)
