# SPDX-License-Identifier: Apache-2.0
"""What the workloads of images share: a corpus at the source, the same run of every tool, its
traffic, and whether all arrived."""
from corpus import many
from measure import Failed, timed
from peers import MIRRORS, Task, mirror_command
from traffic import traffic
from workload import Incomplete, Workload


class Mirroring(Workload):
    """Cold runs: the target empty, nothing remembered."""

    has_limit = True
    tls = None
    ca = None
    level = 'error'

    def corpus_at_source(self):
        raise NotImplementedError

    def prepare(self):
        self.corpus = self.corpus_at_source()
        self.source = self.bench.start_registry('source', tls=self.tls, level=self.level)
        self.target = self.bench.start_registry('target', tls=self.tls, level=self.level)
        self.corpus.fill(self.source.folder / 'storage')
        self.warm_page_cache()

    def warm_page_cache(self):
        """The source is read from memory in the first run, too."""
        for path in self.corpus.store.iterdir():
            with open(path, 'rb', buffering=0) as data:
                while data.read(1 << 20):
                    pass

    def contenders(self):
        limit = ['limit'] if self.has_limit else []
        return ['artmirror', *limit, *(name for name in MIRRORS if name in self.bench.tools)]

    def addresses(self) -> tuple:
        return self.source.address, self.target.address

    def ports(self) -> tuple:
        return self.source.port, self.target.port

    def parallel(self, name: str):
        """A tool's setting, or None for the ordinary one."""
        return None

    def before(self, name):
        self.bench.forget(name)
        self.target.wipe()
        self.start_counting()

    def start_counting(self):
        """The logs are at rest: who reads them waits for that, and so does run_untimed()."""
        for registry in (self.source, self.target):
            registry.offset = registry.log.stat().st_size

    def command(self, name):
        if name == 'limit':
            return self.limit_command()
        source, target = self.addresses()
        task = Task(source, target, list(self.corpus.tags), self.bench.home(name),
                    self.parallel(name), self.ca)
        program = self.bench.artmirror if name == 'artmirror' else self.bench.tools[name]
        return mirror_command(name, program, task)

    def run_untimed(self, name) -> float:
        """A run that counts for nothing: to fill a tool's memory, to try a setting. Gives its wall
        time."""
        argv, env = self.command(name)
        try:
            return timed(argv, {**self.bench.environment(name), **env}, self.bench.folder)['wall']
        except Failed as failed:
            raise Incomplete(f'a run before: {failed}') from None
        finally:
            self.source.clear()
            self.target.clear()

    def limit_command(self):
        raise NotImplementedError

    def after(self, name):
        self.check(name)
        return traffic(self.source, self.target, self.corpus)

    def check(self, name):
        missing = self.corpus.missing(self.target.folder / 'storage')
        if missing:
            raise Incomplete(missing)


def corpus_of_many(bench, changed=0):
    """The corpus of many, or the one in which some tags have changed since."""
    repositories, largest = (50, 3_000_000) if bench.full else (2, 300_000)
    return bench.cached(f'many-{changed}',
                        lambda folder: many(folder, repositories, largest, changed))
