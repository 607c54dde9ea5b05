# SPDX-License-Identifier: Apache-2.0
"""One image with ten large layers: throughput."""
from corpus import big
from curl_limit import put_blobs
from facts import cpu
from mirroring import Mirroring
from results import at_most, value_at_most
from workload import Incomplete


class Big(Mirroring):

    name = 'big'
    title = 'one image, two platforms, ten large layers, cold'

    def __init__(self, bench):
        super().__init__(bench)
        self.figures = [('wall at most 1.05 x the limit', at_most(1.05, 'limit')),
                        ('wall at most that of the best peer', at_most(1, 'best peer')),
                        ('CPU at most 1.2 s per GB, on a core with SHA extensions', self.per_gb),
                        ('peak RSS at most 24 MiB', value_at_most(24, 'rss', ' MiB'))]

    def corpus_at_source(self):
        size = 100_000_000 if self.bench.full else 1_000_000
        return self.bench.cached('big', lambda folder: big(folder, size))

    def limit_command(self):
        """The blobs, PUT from the page cache, four at a time."""
        return put_blobs(self, self.corpus.path), {}

    def check(self, name):
        if name != 'limit':
            return super().check(name)
        missing = self.corpus.missing_objects(self.target.folder / 'storage', self.corpus.blobs())
        if missing:
            raise Incomplete(missing)

    def per_gb(self, results):
        used = results.median('artmirror', 'cpu')
        if used is None:
            return None
        each = used * 1e9 / sum(self.corpus.sizes.values())
        is_judged = self.bench.full and cpu()['sha extensions']
        return f'{each:.2f} s', each <= 1.2 if is_judged else None
