# SPDX-License-Identifier: Apache-2.0
"""many, after one layer of one platform has changed in some tags."""
import shutil

from mirroring import Mirroring, corpus_of_many
from peers import REMEMBER


class Update(Mirroring):
    """Before each run the target, and what the tool remembers, are those of a run before the
    change."""

    name = 'update'
    title = 'many, one layer changed in some tags'
    has_limit = False

    def __init__(self, bench):
        super().__init__(bench)
        self.figures = [
            ('bytes sent are those of the changed layers and their configs', self.sent),
            ('at most 2 requests a tag and 12 a changed tag', self.requests)]

    def corpus_at_source(self):
        return corpus_of_many(self.bench, 10 if self.bench.full else 2)

    def prepare(self):
        super().prepare()
        self.old = corpus_of_many(self.bench)
        self.new_blobs = self.corpus.blobs() - self.old.blobs()
        self.changed = [tag for key, tag in self.corpus.tags.items()
                        if tag.digest != self.old.tags[key].digest]

    def kept(self, name):
        return self.bench.folder / 'remembered' / name

    def before(self, name):
        if name in REMEMBER and not self.kept(name).exists():
            self.run_before_the_change(name)
        self.bench.forget(name)
        if name in REMEMBER:
            shutil.copytree(self.kept(name), self.bench.home(name), symlinks=True,
                            dirs_exist_ok=True)
        self.old.fill(self.target.folder / 'storage')
        self.start_counting()

    def run_before_the_change(self, name):
        """Mirrors the old state from the same address, so that a tool that remembers anything has
        that to remember."""
        storage = self.source.folder / 'storage'
        self.old.fill(storage)
        self.target.wipe()
        try:
            self.run_untimed(name)
        finally:
            self.corpus.fill(storage)
        shutil.copytree(self.bench.home(name), self.kept(name), symlinks=True)

    def sent(self, results):
        value = results.median('artmirror', '_blob bytes written')
        if value is None:
            return None
        expected = sum(self.corpus.sizes[digest] for digest in self.new_blobs)
        return f'{value:,.0f} of {expected:,}', value <= expected

    def requests(self, results):
        source, target = (results.median('artmirror', f'requests {side}')
                          for side in ('source', 'target'))
        if source is None:
            return None
        most = 2 * len(self.corpus.tags) + 12 * len(self.changed)
        # The check of the API's version, once a registry.
        return f'{source:.0f} + {target:.0f}, allowed {most}', source + target - 2 <= most
