# SPDX-License-Identifier: Apache-2.0
"""How long artmirror takes to begin and to end."""
import json
import os
import shlex
import subprocess

from context import BENCH
from measure import Failed
from results import at_most
from workload import Workload

TREE = BENCH.parent
ORIGINAL = TREE / 'tests' / 'data' / 'original'
SAMPLES = {
    'artmirror validate': [TREE / 'configs'],
    'artmirror validate original': [ORIGINAL / 'images.yaml', ORIGINAL / 'charts.yaml']}
MORE = 0.020  # seconds that validate may take beyond the limit


class Start(Workload):
    """Such short runs are measured many at a time."""

    name = 'start'
    title = 'version, and validate of the sample configs; limit: a program that only links libcurl'

    def __init__(self, bench):
        super().__init__(bench)
        self.repeats = 20 if bench.full else 5
        self.figures = [('version at most 1.4 x limit',
                         at_most(1.4, 'limit', one='artmirror version')),
                        *((f'{name[len("artmirror "):]} at most limit + 20 ms',
                           lambda results, name=name: self.more(results, name))
                          for name in SAMPLES)]

    def prepare(self):
        self.linked = self.bench.folder / 'linked_curl'
        subprocess.run([os.environ.get('CC') or 'cc', '-O2', '-o', str(self.linked),
                        str(BENCH / 'linked_curl.c'), '-lcurl'], check=True)

    def contenders(self):
        return ['artmirror version', 'limit', *SAMPLES]

    def command(self, name):
        if name == 'limit':
            return [str(self.linked)], {}
        if name not in SAMPLES:
            return [*self.bench.artmirror, 'version'], {}
        configs = [word for path in SAMPLES[name] for word in ('--config', str(path))]
        return [*self.bench.artmirror, 'validate', *configs], {}

    def after(self, name):
        """Takes the place of the lone run's times."""
        path = self.bench.folder / 'repeated.json'
        argv, env = self.command(name)
        done = subprocess.run(
            ['hyperfine', '-N', '--warmup', '5', '--runs', str(self.repeats), '--style', 'none',
             '--export-json', str(path), shlex.join(map(str, argv))],
            env={**self.bench.environment(name), **env}, cwd=self.bench.folder,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(done.stderr.strip()[-500:])
        found = json.loads(path.read_text(encoding='utf-8'))['results'][0]
        return {'wall': found['median'], 'cpu': found['user'] + found['system'],
                'user': found['user'], 'sys': found['system'], 'ms': found['median'] * 1000}

    @staticmethod
    def more(results, name):
        took, limit = results.median(name, 'wall'), results.median('limit', 'wall')
        if took is None or limit is None:
            return None
        return f'limit + {(took - limit) * 1000:.1f} ms', took - limit <= MORE

    def notes(self):
        return [f'each of the runs is the median of {self.repeats} in one call of hyperfine, '
                'after 5 to warm up']
