# SPDX-License-Identifier: Apache-2.0
"""Charts from a repository with a huge index, beside a loop of helm pull and helm push."""
import json
import sys

import charts
from context import BENCH
from corpus import data_path
from results import at_most, value_at_most
from workload import Incomplete, Workload

HELMS = ('helm3', 'helm4', 'helm')
LOOP = """\
set -e
cd "$HOME"
"$1" repo add bench "$2"
while read -r name version; do
  "$1" pull "bench/$name" --version "$version"
  "$1" push "$name-$version.tgz" "oci://$3/bench" --plain-http
done <list
"""


class Charts(Workload):
    """helm parses the index anew for every pull, seconds each; so its loop gets some of the charts
    only, and has to be beaten all the same."""

    name = 'charts'

    def __init__(self, bench):
        super().__init__(bench)
        self.count, self.size, self.looped = \
            (200, 20_000_000, 20) if bench.full else (5, 200_000, 5)
        self.title = f'{self.count} charts from an index of {self.size / 1e6:g} MB, cold'
        less = f' for {self.looped} of them' if self.looped < self.count else ''
        self.figures = [
            ('the index is fetched once', self.fetched_once),
            ('peak RSS at most 48 MiB', value_at_most(48, 'rss', ' MiB')),
            (f'wall at most 0.2 x the loop of helm pull and helm push{less}',
             at_most(0.2, 'best peer'))]

    def prepare(self):
        folder = self.bench.folder / 'repository'
        folder.mkdir()
        self.charts = [charts.chart(f'chart-{i:03d}', f'1.{i % 7}.{i % 3}', size=20_000)
                       for i in range(self.count)]
        (folder / 'index.yaml').write_bytes(charts.big_index(self.charts, self.size))
        for each in self.charts:
            (folder / each.file_name).write_bytes(each.data)
        self.log = self.bench.folder / 'repository.log'
        port = self.bench.start([sys.executable, BENCH / 'lib' / 'file_server.py', folder,
                                 self.log])
        self.url = f'http://127.0.0.1:{port}'
        self.target = self.bench.start_registry('target')

    def contenders(self):
        helms = [name for name in HELMS if name in self.bench.tools]
        # The one on PATH only where none was built.
        return ['artmirror', *([name for name in helms if name != 'helm'] or helms)]

    def wanted(self, name) -> list:
        return self.charts if name == 'artmirror' else self.charts[:self.looped]

    def before(self, name):
        self.bench.forget(name)
        self.target.wipe()
        self.target.clear()
        self.log.write_text('', encoding='utf-8')

    def command(self, name):
        home, wanted = self.bench.home(name), self.wanted(name)
        if name == 'artmirror':
            path = home / 'artmirror.yaml'
            path.write_text(json.dumps({'charts': [
                {'name': each.name, 'versions': [each.version], 'repo_name': 'bench',
                 'repo_url': self.url} for each in wanted]}), encoding='utf-8')
            return [*self.bench.artmirror, 'mirror', '--config', path, '--target',
                    self.target.address, '--no-scan'], {}
        (home / 'list').write_text(''.join(f'{each.name} {each.version}\n' for each in wanted),
                                   encoding='ascii')
        return ['sh', '-c', LOOP, 'sh', self.bench.tools[name], self.url, self.target.address], {}

    def after(self, name):
        self.check(name)
        read = self.log.read_text(encoding='utf-8').splitlines()
        return {'charts': len(self.wanted(name)),
                'GETs of the index': sum(1 for line in read if line.startswith('GET /index.yaml ')),
                'requests source': len(read), 'requests target': len(self.target.requests())}

    def check(self, name):
        """Every chart's tag is at the target, with the chart's own bytes as a layer."""
        storage = self.target.folder / 'storage'
        tags = self.target.tags()
        for each in self.wanted(name):
            digest = tags.get(f'bench/{each.name}:{each.version}')
            if not digest:
                raise Incomplete(f'{each.name} {each.version} is not at the target')
            manifest = json.loads((storage / data_path(digest)).read_bytes())
            layers = [layer['digest'] for layer in manifest['layers']]
            if each.digest not in layers or not (storage / data_path(each.digest)).exists():
                raise Incomplete(f'{each.name} {each.version} has other content at the target')

    @staticmethod
    def fetched_once(results):
        value = results.median('artmirror', 'GETs of the index')
        return None if value is None else (f'{value:.0f} GETs', value == 1)

    def notes(self):
        found = ['helm: repo add once, then pull bench/NAME and push, chart by chart']
        if self.looped < self.count:
            found.append(f'helm parses the index for every pull: its loop is over {self.looped} of '
                         f'the {self.count} charts, nothing is extrapolated')
        return found
