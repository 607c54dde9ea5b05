# SPDX-License-Identifier: Apache-2.0
"""Very many tags with nothing to do, and a tenth of them: does the time grow with them only?"""
import http.client

from corpus import TREE, data_path
from images import ACCEPT, image
from measure import Failed, timed
from peers import Task, mirror_command
from results import at_most, value_at_most
from workload import Incomplete, Workload

PEERS = ('regsync', 'ocync')
REMEMBERING = ('artmirror', 'ocync')


def write(path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def seed(storage, repositories: int, tags: int) -> dict:
    """Writes a registry's storage folder with as few files as serve: {(repository, tag): digest}.
    Every tag is an image with a manifest of its own; they share config and layer."""
    found, written = {}, {}
    for r in range(repositories):
        repository = f'lib/app{r:03d}'
        top = storage / TREE / 'repositories' / repository
        for t in range(tags):
            made = image('tags', layers=1, annotations={'title': f'{repository}:v{t}'})
            written.update({made.digest: made.data, **made.blobs})
            write(top / f'_manifests/revisions/sha256/{made.digest[7:]}/link',
                  made.digest.encode())
            write(top / f'_manifests/tags/v{t}/current/link', made.digest.encode())
            found[repository, f'v{t}'] = made.digest
        for digest in made.blobs:
            write(top / f'_layers/sha256/{digest[7:]}/link', digest.encode())
    for digest, data in written.items():
        write(storage / data_path(digest), data)
    return found


class Tags(Workload):
    """Both registries serve one storage folder: what is at the source is at the target."""

    name = 'tags'

    def __init__(self, bench):
        super().__init__(bench)
        self.repositories, self.tags = (100, 100) if bench.full else (10, 10)
        self.many = self.repositories * self.tags
        self.few = self.many // 10
        self.title = f'{self.many:,} tags in {self.repositories} repositories, nothing to do'
        # Name: (tool, tags)
        self.all = {f'{tool}{more}': (tool, count)
                    for more, count in (('', self.many), (f' {self.few:,}', self.few))
                    for tool in ('artmirror', *(name for name in PEERS if name in bench.tools))}
        self.figures = [
            (f'linear: {self.many:,} tags at most 11 x {self.few:,}',
             at_most(11, f'artmirror {self.few:,}')),
            ('peak RSS at most 64 MiB', value_at_most(64, 'rss', ' MiB')),
            ('at most 2 requests a tag', self.requests),
            ('nothing is written', value_at_most(0, '_writes', ' writes'))]
        self.has_run = set()

    def prepare(self):
        self.source = self.bench.start_registry('source')
        self.target = self.bench.start_registry('target')
        storage = self.source.folder / 'storage'
        self.digests = seed(storage, self.repositories, self.tags)
        (self.target.folder / 'storage').symlink_to(storage)
        every = list(self.digests.items())
        for (repository, tag), digest in (every[0], every[len(every) // 2], every[-1]):
            for server in (self.source, self.target):
                self.check_served(server, f'/v2/{repository}/manifests/{tag}', digest)

    @staticmethod
    def check_served(server, path, digest):
        connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=30)
        connection.request('HEAD', path, headers={'Accept': ACCEPT})
        answer = connection.getresponse()
        found = answer.getheader('Docker-Content-Digest')
        connection.close()
        if found != digest:
            raise RuntimeError(f'HEAD {path}: {answer.status}, {found}')

    def contenders(self):
        return list(self.all)

    def before(self, name):
        """What remembers anything has run once, untimed."""
        if self.all[name][0] in REMEMBERING and name not in self.has_run:
            argv, env = self.command(name)
            try:
                timed(argv, {**self.bench.environment(name), **env}, self.bench.folder)
            except Failed as failed:
                raise Incomplete(f'the first run: {failed}') from None
            self.has_run.add(name)
        self.source.clear()
        self.target.clear()

    def command(self, name):
        tool, count = self.all[name]
        task = Task(self.source.address, self.target.address, list(self.digests)[:count],
                    self.bench.home(name))
        program = self.bench.artmirror if tool == 'artmirror' else self.bench.tools[tool]
        return mirror_command(tool, program, task)

    def after(self, name):
        """Who asked the target less than once a repository can't know that all is there."""
        at_source, at_target = self.source.requests(), self.target.requests()
        least = self.all[name][1] // self.tags
        if len(at_target) < least:
            raise Incomplete(f'{len(at_target)} requests at the target for {least} repositories')
        return {'requests source': len(at_source), 'requests target': len(at_target),
                '_writes': sum(1 for each in at_target if each.method not in ('GET', 'HEAD'))}

    def requests(self, results):
        source, target = (results.median('artmirror', f'requests {side}')
                          for side in ('source', 'target'))
        if source is None:
            return None
        return f'{source:.0f} + {target:.0f}', source + target <= 2 * self.many
