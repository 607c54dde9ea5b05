# SPDX-License-Identifier: Apache-2.0
"""Chart archives of any shape, index files of any size, provenance files; the same bytes for the
same arguments."""
import gzip
import io
import json
import re
import tarfile
from dataclasses import dataclass, field

import harness
from images import OCI_MANIFEST, Image, descriptor, digest_of, encode, from_document, random_bytes

CONFIG_TYPE = 'application/vnd.cncf.helm.config.v1+json'
CHART_TYPE = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'
PROVENANCE_TYPE = 'application/vnd.cncf.helm.chart.provenance.v1.prov'
CREATED = 'org.opencontainers.image.created'
ORDER = ('name', 'home', 'sources', 'version', 'description', 'keywords', 'maintainers', 'icon',
         'apiVersion', 'condition', 'tags', 'appVersion', 'deprecated', 'annotations',
         'kubeVersion', 'dependencies', 'type')  # as helm writes the config
TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-{{ .Chart.Name }}
data:
  version: {{ .Chart.Version | quote }}
  greeting: {{ .Values.greeting | quote }}
"""


# --- archives

@dataclass
class Member:
    """One entry of an archive: a file, or what its type says."""
    name: str
    data: bytes = b''
    type: bytes = tarfile.REGTYPE
    link: str = ''
    size: int = None  # in the header; default: the data's


def pack(members, level=9, form=tarfile.USTAR_FORMAT) -> bytes:
    """A .tgz of (name, data) pairs or Members."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode='wb', compresslevel=level, filename='', mtime=0) as packed:
        for each in members:
            member = each if isinstance(each, Member) else Member(*each)
            info = tarfile.TarInfo(member.name)
            info.type, info.linkname, info.mode = member.type, member.link, 0o644
            info.size = len(member.data) if member.size is None else member.size
            packed.write(info.tobuf(form, 'utf-8', 'surrogateescape'))
            packed.write(member.data + b'\0' * (-len(member.data) % 512))
        packed.write(b'\0' * 1024)
    return out.getvalue()


@dataclass
class Chart:
    """A packed chart and what its Chart.yaml says."""
    metadata: dict
    data: bytes
    provenance: bytes = None
    listed: dict = field(default_factory=dict)  # what the index says otherwise

    @property
    def name(self) -> str:
        return self.metadata['name']

    @property
    def version(self) -> str:
        return self.metadata['version']

    @property
    def digest(self) -> str:
        return digest_of(self.data)

    @property
    def file_name(self) -> str:
        return f'{self.name}-{self.version}.tgz'


def chart_yaml(metadata: dict) -> bytes:
    return yaml_text(metadata).encode()


def chart(name='demo', version='1.0.0', files=(), size=0, folder=None, provenance=False,
          **fields) -> Chart:
    """A chart that helm accepts. size: random bytes in it; files: more (name, data) below it;
    provenance: True for an unsigned look-alike that names the right digest."""
    metadata = {'apiVersion': 'v2', 'name': name, 'version': version, **fields}
    top = folder or name
    members = [(f'{top}/Chart.yaml', chart_yaml(metadata)),
               (f'{top}/values.yaml', b'greeting: hello\n'),
               (f'{top}/templates/configmap.yaml', TEMPLATE.encode())]
    members += [(f'{top}/{path}', data) for path, data in files]
    if size:
        members.append((f'{top}/files/random', random_bytes(f'{name} {version}', size)))
    found = Chart(metadata, pack(members))
    if provenance:
        found.provenance = clear_signed(found)
    return found


def raw_chart(name, version, data: bytes) -> Chart:
    """Any bytes under a chart's name."""
    return Chart({'apiVersion': 'v2', 'name': name, 'version': version}, data)


def signed_chart() -> Chart:
    """Helm's own test chart with its true signature; tests/data/helm/README.md."""
    folder = harness.SRCDIR / 'tests/data/helm'
    data = (folder / 'signtest-0.1.0.tgz').read_bytes()
    metadata = {'apiVersion': 'v1', 'name': 'signtest', 'version': '0.1.0',
                'description': 'A Helm chart for Kubernetes'}
    return Chart(metadata, data, (folder / 'signtest-0.1.0.tgz.prov').read_bytes())


# --- archives that nobody should accept

def bad_archives(name='demo', version='1.0.0') -> dict:
    """{what is wrong: bytes}; but for that, each is a chart of this name and version."""
    good = [(f'{name}/Chart.yaml', chart_yaml({'apiVersion': 'v2', 'name': name,
                                               'version': version}))]

    def metadata(**fields):
        document = {'apiVersion': 'v2', 'name': name, 'version': version, **fields}
        return pack([(f'{name}/Chart.yaml', chart_yaml(
            {key: value for key, value in document.items() if value is not None}))])
    whole = pack(good + [(f'{name}/data', random_bytes(name, 5000))])
    odd = {'device': tarfile.CHRTYPE, 'block': tarfile.BLKTYPE, 'fifo': tarfile.FIFOTYPE}
    return {
        'traversal': pack(good + [(f'{name}/../../etc/evil', b'x')]),
        'traversal at once': pack(good + [('../evil', b'x')]),
        'traversal with backslashes': pack(good + [(f'{name}\\..\\..\\evil', b'x')]),
        'absolute name': pack(good + [('/etc/evil', b'x')]),
        'drive letter': pack(good + [(f'{name}/c:/evil', b'x')]),
        'symbolic link': pack(good + [Member(f'{name}/values.yaml', b'', tarfile.SYMTYPE,
                                             '/etc/passwd')]),
        'hard link': pack(good + [Member(f'{name}/values.yaml', b'', tarfile.LNKTYPE,
                                         '/etc/passwd')]),
        **{what: pack(good + [Member(f'{name}/{what}', b'', kind)]) for what, kind in odd.items()},
        'outside of a folder': pack(good + [('values.yaml', b'x')]),
        'no Chart.yaml': pack([(f'{name}/values.yaml', b'a: 1\n')]),
        'Chart.yaml too deep': pack([(f'{name}/inner/Chart.yaml', good[0][1])]),
        'empty archive': pack([]),
        'empty file': b'',
        'web page': b'<!DOCTYPE html><html><body>Not found</body></html>' * 20,
        'plain tar': gzip.decompress(whole),
        'not a tar': gzip.compress(b'no tar at all' * 100, mtime=0),
        'cut gzip': whole[:-40],
        'cut tar': gzip.compress(gzip.decompress(whole)[:2600], mtime=0),
        'broken Chart.yaml': pack([(f'{name}/Chart.yaml', b'name: [unclosed\n  x: {')]),
        'Chart.yaml is a list': pack([(f'{name}/Chart.yaml', b'- a\n- b\n')]),
        'empty Chart.yaml': pack([(f'{name}/Chart.yaml', b'')]),
        'no name': metadata(name=None),
        'no version': metadata(version=None),
        'other name': metadata(name=f'{name}-other'),
        'other version': metadata(version='9.9.9'),
        'name with a path': metadata(name=f'../{name}'),
        'no version at all': metadata(version='not-a-version'),
        'unknown type': metadata(type='something'),
        'too large a file': pack(good + [(f'{name}/bomb', bytes(6 << 20))]),
        'too large in all': pack(good + [(f'{name}/bomb{i}', bytes(4 << 20)) for i in range(27)]),
        'a huge size in a header': pack(good + [Member(f'{name}/bomb', b'', size=7 << 30)]),
        'too many files': pack(good + [(f'{name}/f/{i}', b'') for i in range(10_050)], level=1),
    }


# --- as helm pushes it

def as_pushed(found: Chart, created=None) -> Image:
    """What helm 3.12 makes of a chart with plain ASCII metadata; created: of later versions."""
    config = encode({key: found.metadata[key] for key in ORDER if key in found.metadata})
    layers = [descriptor(CHART_TYPE, found.data)]
    if found.provenance:
        layers.append(descriptor(PROVENANCE_TYPE, found.provenance))
    layers.sort(key=lambda each: each['digest'])
    labels = {'title': found.name, 'version': found.version}
    if found.metadata.get('description'):
        labels['description'] = found.metadata['description']
    if found.metadata.get('home'):
        labels['url'] = found.metadata['home']
    if created:
        labels['created'] = created
    document = {'schemaVersion': 2, 'config': descriptor(CONFIG_TYPE, config), 'layers': layers,
                'annotations': {f'org.opencontainers.image.{key}': labels[key]
                                for key in sorted(labels)}}
    data = encode(document)
    blobs = {digest_of(each): each for each in (config, found.data, found.provenance) if each}
    return from_document({**document, 'mediaType': OCI_MANIFEST}, blobs, data=data)


def without_created(manifest: bytes) -> dict:
    """A manifest but for the time that helm 3.13 and later put into it."""
    document = json.loads(manifest)
    document.get('annotations', {}).pop(CREATED, None)
    return document


# --- provenance

def clear_signed(found: Chart, digest=None, file_name=None, files=None) -> bytes:
    """Looks like a provenance file; the signature is none."""
    named = files or {file_name or found.file_name: digest or found.digest}
    listing = ''.join(f'  {name}: {value}\n' for name, value in named.items())
    return (f'-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n'
            f'{chart_yaml(found.metadata).decode()}\n...\nfiles:\n{listing}'
            '-----BEGIN PGP SIGNATURE-----\n\nwsBcBAEBCgAQBQJdy0ReCRCEO7+YH8GHYgAA\n'
            '=aBcD\n-----END PGP SIGNATURE-----\n').encode()


# --- indexes

def scalar(value) -> str:
    """As JSON, with what lies beyond the first plane in the way of YAML."""
    return re.sub(r'\\ud[89ab]..\\ud[c-f]..', lambda pair: json.loads(f'"{pair[0]}"'),
                  json.dumps(value))


def yaml_text(value, indent=0) -> str:
    """Block style, every string quoted."""
    space = ' ' * indent
    if isinstance(value, dict) and value:
        return ''.join(f'{space}{key}:' + (f'\n{yaml_text(each, indent + 2)}'
                                           if isinstance(each, (dict, list)) and each else
                                           f' {scalar(each)}\n')
                       for key, each in value.items())
    if isinstance(value, list) and value:
        return ''.join(f'{space}- {yaml_text(each, indent + 2).lstrip(" ")}'
                       if isinstance(each, (dict, list)) and each else
                       f'{space}- {scalar(each)}\n' for each in value)
    return f'{space}{scalar(value)}\n'


def listed(found: Chart, **more) -> dict:
    """A chart's entry in the index; None removes a key."""
    entry = {**found.metadata, 'created': '2024-01-02T03:04:05Z', 'digest': found.digest[7:],
             'urls': [found.file_name], **found.listed, **more}
    return {key: value for key, value in entry.items() if value is not None}


def index_document(charts, **top) -> dict:
    entries = {}
    for each in charts:
        entries.setdefault(each.name, []).append(listed(each))
    return {'apiVersion': 'v1', 'entries': entries, 'generated': '2024-01-02T03:04:05Z', **top}


def index(charts, as_json=False, **top) -> bytes:
    """An index.yaml of charts, in their order."""
    document = index_document(charts, **top)
    return json.dumps(document).encode() if as_json else yaml_text(document).encode()


def big_index(charts, size: int, as_json=False) -> bytes:
    """An index with these charts in the midst of so many bytes of others."""
    def others(group, count):
        return {f'other-{group}-{i}': [
            {'apiVersion': 'v2', 'name': f'other-{group}-{i}', 'version': f'{version}.0.0',
             'appVersion': f'{version}.1', 'created': '2024-01-02T03:04:05Z',
             'description': 'One of very many charts that nobody here has asked for',
             'digest': digest_of(f'{group} {i} {version}'.encode())[7:],
             'home': 'https://charts.example/other', 'keywords': ['database', 'cache', 'proxy'],
             'maintainers': [{'name': 'Somebody', 'email': 'somebody@charts.example'}],
             'urls': [f'https://charts.example/other-{group}-{i}-{version}.0.0.tgz']}
            for version in range(20)] for i in range(count)}

    def write(document):
        return json.dumps(document) if as_json else yaml_text(document)
    count = size // len(write({'entries': others('a', 1)})) // 2
    document = index_document(charts)
    document['entries'] = {**others('a', count), **document['entries'], **others('b', count)}
    return write(document).encode()
