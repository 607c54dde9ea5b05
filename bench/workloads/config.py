# SPDX-License-Identifier: Apache-2.0
"""Very long configs: validated and multiplied out, beside yq and jq as the original used them."""
import json
import subprocess

from results import at_most
from workload import Incomplete, Workload

DEFAULT_PLATFORMS = ['linux/amd64', 'linux/arm64']
EXPRESSION = """[
  .images[]
  | . as $img
  | $img.versions[] as $v
  | {
      "name": $img.name,
      "source_registry": $img.source_registry,
      "version": $v,
      "platforms": ($img.platforms // ["linux/amd64", "linux/arm64"])
    }
]"""
PIPELINE = '"$1" -o=json "$2" "$3" | "$4" -c . >"$5"'
ARTMIRROR = 'out=$1 config=$2; shift 2; "$@" validate --config "$config" && ' \
            '"$@" matrix images --config "$config" >"$out"'


def rows_of(count: int) -> list:
    """The matrix that is to come out."""
    return [{'name': f'team-{i // 100:04d}/service-{i % 100:02d}', 'source_registry': 'docker.io',
             'version': f'1.{i % 20}.0',
             'platforms': ['linux/amd64'] if i % 2 else DEFAULT_PLATFORMS} for i in range(count)]


def config_of(rows: list) -> str:
    """Every other entry leaves the platforms to the default."""
    lines = ['images:']
    for row in rows:
        lines += [f"  - name: '{row['name']}'",
                  f"    versions: ['{row['version']}']",
                  f"    source_registry: '{row['source_registry']}'"]
        if row['platforms'] is not DEFAULT_PLATFORMS:
            lines.append(f'    platforms: {json.dumps(row["platforms"])}')
    return '\n'.join(lines) + '\n'


class Config(Workload):

    name = 'config'

    def __init__(self, bench):
        super().__init__(bench)
        self.many, self.few = (100_000, 10_000) if bench.full else (1_000, 100)
        self.title = f'validate and matrix of {self.many:,} entries, beside yq and jq'
        # Name: (program, entries)
        self.all = {f'{program}{more}': (program, count)
                    for more, count in (('', self.many), (f' {self.few:,}', self.few))
                    for program in ('artmirror', 'yq + jq')}
        self.figures = [
            ('validate and matrix at most 0.02 x yq + jq', at_most(0.02, 'yq + jq')),
            (f'linear: {self.many:,} entries at most 11 x {self.few:,}',
             at_most(11, f'artmirror {self.few:,}'))]

    def prepare(self):
        self.rows = {count: rows_of(count) for count in (self.many, self.few)}
        for count, rows in self.rows.items():
            self.path(count).write_text(config_of(rows), encoding='utf-8')
        self.out = self.bench.folder / 'matrix.json'
        self.missing = self.why_not()

    def path(self, count: int):
        return self.bench.folder / f'{count}.yaml'

    def why_not(self) -> str:
        """Why the pipeline can't run, or ''. There is another program of the name yq."""
        missing = [name for name in ('yq', 'jq') if name not in self.bench.tools]
        if missing:
            return f'not installed: {", ".join(missing)}'
        said = subprocess.run([self.bench.tools['yq'], '--version'], capture_output=True,
                              text=True, check=False).stdout
        return '' if 'mikefarah' in said else f'{self.bench.tools["yq"]} is not the yq of ' \
            'github.com/mikefarah/yq'

    def contenders(self):
        return [name for name, (program, _) in self.all.items()
                if program == 'artmirror' or not self.missing]

    def before(self, name):
        self.bench.forget(name)
        self.out.unlink(missing_ok=True)

    def command(self, name):
        program, count = self.all[name]
        path = self.path(count)
        if program == 'artmirror':
            return ['sh', '-c', ARTMIRROR, 'sh', self.out, path, *self.bench.artmirror], {}
        return ['sh', '-c', PIPELINE, 'sh', self.bench.tools['yq'], EXPRESSION, path,
                self.bench.tools['jq'], self.out], {}

    def after(self, name):
        """Both are held to the same matrix, and so are equal."""
        count = self.all[name][1]
        try:
            found = json.loads(self.out.read_bytes())
        except (OSError, ValueError) as error:
            raise Incomplete(f'no matrix: {error}') from None
        if found != self.rows[count]:
            raise Incomplete(f'the matrix is not that of the {count} entries')
        return {}

    def notes(self):
        return [f'yq + jq were left out: {self.missing}'] if self.missing else []
