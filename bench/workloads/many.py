# SPDX-License-Identifier: Apache-2.0
"""50 repositories with 2 tags of 2 platforms each, cold: requests and small blobs."""
from limit import cold_plan, replay_command
from mirroring import Mirroring, corpus_of_many
from results import at_most, value_at_most


class Many(Mirroring):

    name = 'many'
    title = 'many repositories that share base layers, cold'
    threads = 8  # of the limit's replay

    def __init__(self, bench):
        super().__init__(bench)
        self.figures = [
            ('wall at most 0.75 x ocync', at_most(0.75, 'ocync')),
            ('wall at most 0.52 x regsync', at_most(0.52, 'regsync')),
            ('at most 23 requests a tag at the target, and those of the first base layers',
             lambda results: self.per_tag(results, 'requests target', 23)),
            ('at most 12 requests a tag at the source, and those of the first base layers',
             lambda results: self.per_tag(results, 'requests source', 12)),
            ('a shared layer is downloaded once and uploaded once', self.once),
            ('peak RSS at most 32 MiB', value_at_most(32, 'rss', ' MiB'))]

    def corpus_at_source(self):
        return corpus_of_many(self.bench)

    def prepare(self):
        super().prepare()
        self.plan = cold_plan(self.corpus)

    def limit_command(self):
        return replay_command(self.bench, self.plan, self.ports(), self.threads), {}

    def per_tag(self, results, column, most):
        """A base layer's own requests are no tag's."""
        value = results.median('artmirror', column)
        if value is None:
            return None
        base, tags = 4, len(self.corpus.tags)
        return f'{value / tags:.2f}', (value - base) / tags <= most

    def once(self, results):
        gets, puts = (results.median('artmirror', f'_blob {what}') for what in ('GETs', 'PUTs'))
        if gets is None:
            return None
        blobs = len(self.corpus.blobs())
        return f'{gets:.0f} GETs and {puts:.0f} PUTs of {blobs} blobs', max(gets, puts) <= blobs
