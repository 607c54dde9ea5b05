# SPDX-License-Identifier: Apache-2.0
"""Images of any shape, made in memory and the same for the same seed."""
import hashlib
import json
import random
from dataclasses import dataclass, field
from pathlib import Path

OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
OCI_CONFIG = 'application/vnd.oci.image.config.v1+json'
OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip'
OCI_FOREIGN = 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip'
DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'
DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json'
DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip'
DOCKER_FOREIGN = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'
IN_TOTO = 'application/vnd.in-toto+json'
INDEX_TYPES = (OCI_INDEX, DOCKER_LIST)
FOREIGN_TYPES = (OCI_FOREIGN, DOCKER_FOREIGN)
ACCEPT = ', '.join((OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST))


def digest_of(data: bytes) -> str:
    return 'sha256:' + hashlib.sha256(data).hexdigest()


def descriptor(media_type: str, data: bytes, **more) -> dict:
    return {'mediaType': media_type, 'digest': digest_of(data), 'size': len(data), **more}


def encode(document) -> bytes:
    return json.dumps(document, separators=(',', ':')).encode()


def random_bytes(seed, size: int) -> bytes:
    return random.Random(f'artmirror {seed}').randbytes(size)


@dataclass
class Image:
    """A content graph: its root, the manifests with children first, and the blobs."""
    media_type: str
    digest: str
    manifests: dict = field(default_factory=dict)  # digest: (media type, bytes)
    blobs: dict = field(default_factory=dict)  # digest: bytes
    platform: dict = None

    @property
    def data(self) -> bytes:
        return self.manifests[self.digest][1]

    @property
    def document(self) -> dict:
        return json.loads(self.data)

    @property
    def children(self) -> list:
        return [each['digest'] for each in self.document.get('manifests', [])]

    @property
    def layers(self) -> list:
        return [each['digest'] for each in self.document.get('layers', [])]

    def descriptor(self, **more) -> dict:
        found = descriptor(self.media_type, self.data, **more)
        if self.platform:
            found['platform'] = self.platform
        return found


def platform_of(text: str) -> dict:
    names = ('os', 'architecture', 'variant')
    parts = dict(zip(names, text.split('/')))
    return {name: parts[name] for name in ('architecture', 'os', 'variant') if name in parts}


def from_document(document: dict, blobs: dict, platform=None, data=None) -> Image:
    """A graph of one manifest, as the document says (data: its bytes, if they differ)."""
    data = encode(document) if data is None else data
    digest = digest_of(data)
    media_type = document['mediaType']
    return Image(media_type, digest, {digest: (media_type, data)}, dict(blobs), platform)


def image(seed, layers=2, size=2000, platform='linux/amd64', docker=False, shared=(),
          extra_layers=(), annotations=None, **fields) -> Image:
    """One platform's image. layers: how many of its own, random, each of size bytes; shared: bytes
    of layers that come first; extra_layers: ready descriptors whose content is not held."""
    contents = list(shared) + [random_bytes(f'{seed} {i}', size) for i in range(layers)]
    which = platform_of(platform)
    config = encode({**which, 'config': {'Env': [f'SEED={seed}']},
                     'rootfs': {'type': 'layers', 'diff_ids': [digest_of(c) for c in contents]}})
    layer_type = DOCKER_LAYER if docker else OCI_LAYER
    document = {
        'schemaVersion': 2,
        'mediaType': DOCKER_MANIFEST if docker else OCI_MANIFEST,
        'config': descriptor(DOCKER_CONFIG if docker else OCI_CONFIG, config),
        'layers': [descriptor(layer_type, each) for each in contents] + list(extra_layers),
        **fields}
    if annotations:
        document['annotations'] = annotations
    blobs = {digest_of(each): each for each in (config, *contents)}
    return from_document(document, blobs, which)


def foreign_layer(seed, docker=False, url='https://foreign.example/layer') -> dict:
    """The descriptor of a layer that registries do not hold."""
    return descriptor(DOCKER_FOREIGN if docker else OCI_FOREIGN, random_bytes(seed, 100),
                      urls=[url])


def index(children, docker=False, annotations=None, **fields) -> Image:
    """An index (or Docker manifest list) over images or over other indexes."""
    document = {'schemaVersion': 2, 'mediaType': DOCKER_LIST if docker else OCI_INDEX,
                'manifests': [child if isinstance(child, dict) else child.descriptor()
                              for child in children], **fields}
    if annotations:
        document['annotations'] = annotations
    whole = from_document(document, {})
    root = whole.manifests.pop(whole.digest)
    for child in children:
        if not isinstance(child, dict):
            whole.manifests.update(child.manifests)
            whole.blobs.update(child.blobs)
    whole.manifests[whole.digest] = root
    return whole


def multi_platform(seed, platforms=('linux/amd64', 'linux/arm64'), docker=False,
                   attestations=False, **how) -> Image:
    """An index with one image a platform, and with what buildx adds for each when asked."""
    children = [image(f'{seed} {each}', platform=each, docker=docker, **how)
                for each in platforms]
    if attestations:
        children += [attestation(child) for child in list(children)]
        return index_with_attestations(children)
    return index(children, docker)


def attestation(subject: Image) -> Image:
    """An attestation manifest in the way of buildx."""
    statement = encode({'_type': 'https://in-toto.io/Statement/v0.1',
                        'subject': [{'digest': {'sha256': subject.digest[7:]}}]})
    config = encode({'architecture': 'unknown', 'os': 'unknown',
                     'rootfs': {'type': 'layers', 'diff_ids': [digest_of(statement)]}})
    found = from_document(
        {'schemaVersion': 2, 'mediaType': OCI_MANIFEST, 'config': descriptor(OCI_CONFIG, config),
         'layers': [descriptor(IN_TOTO, statement, annotations={
             'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v0.2'})]},
        {digest_of(config): config, digest_of(statement): statement},
        {'architecture': 'unknown', 'os': 'unknown'})
    found.subject = subject.digest
    return found


def index_with_attestations(children) -> Image:
    entries = []
    for child in children:
        subject = getattr(child, 'subject', None)
        more = {'annotations': {'vnd.docker.reference.digest': subject,
                                'vnd.docker.reference.type': 'attestation-manifest'}}
        entries.append(child.descriptor(**(more if subject else {})))
    whole = index(entries)
    root = whole.manifests.pop(whole.digest)
    for child in children:
        whole.manifests.update(child.manifests)
        whole.blobs.update(child.blobs)
    whole.manifests[whole.digest] = root
    return whole


def write_layout(found: Image, folder, tag=None) -> Path:
    """Adds an image to an OCI image layout."""
    folder = Path(folder)
    blobs = folder / 'blobs' / 'sha256'
    blobs.mkdir(parents=True, exist_ok=True)
    contents = {**found.blobs, **{d: data for d, (_, data) in found.manifests.items()}}
    for digest, data in contents.items():
        (blobs / digest[7:]).write_bytes(data)
    (folder / 'oci-layout').write_text('{"imageLayoutVersion":"1.0.0"}', encoding='ascii')
    path = folder / 'index.json'
    entries = json.loads(path.read_text(encoding='utf-8'))['manifests'] if path.exists() else []
    named = {'org.opencontainers.image.ref.name': tag} if tag else {}
    entry = descriptor(found.media_type, found.data, **({'annotations': named} if tag else {}))
    kept = [each for each in entries
            if tag is None or each.get('annotations', {}).get(
                'org.opencontainers.image.ref.name') != tag]
    path.write_bytes(encode({'schemaVersion': 2, 'mediaType': OCI_INDEX,
                             'manifests': kept + [entry]}))
    return folder


def layout_tags(folder) -> dict:
    """{tag: digest} of an OCI image layout."""
    document = json.loads((Path(folder) / 'index.json').read_text(encoding='utf-8'))
    names = ((each.get('annotations', {}).get('org.opencontainers.image.ref.name'), each['digest'])
             for each in document['manifests'])
    return {tag: digest for tag, digest in names if tag}


def check_graph(digest: str, manifest_of, blob_of, allow_missing=()) -> int:
    """Walks the graph below a digest and raises AssertionError where something is missing or has
    other bytes than its digest and size say (invariant I1). manifest_of(digest) gives bytes or
    None; blob_of(digest) the same for a blob. Returns how many objects it saw."""
    seen = set()
    todo = [(digest, None, True)]
    while todo:
        name, size, is_manifest = todo.pop()
        if name in seen or name in allow_missing:
            continue
        seen.add(name)
        data = manifest_of(name) if is_manifest else blob_of(name)
        if data is None:
            raise AssertionError(f'{"manifest" if is_manifest else "blob"} {name} is missing')
        if digest_of(data) != name or size not in (None, len(data)):
            raise AssertionError(f'{name} has other bytes than it should')
        if is_manifest:
            todo += references(json.loads(data))
    return len(seen)


def references(document: dict) -> list:
    """What a manifest or an index refers to: (digest, size, is it a manifest)."""
    if 'manifests' in document:
        return [(each['digest'], each['size'], True) for each in document['manifests']]
    return [(each['digest'], each['size'], False)
            for each in (document['config'], *document['layers'])
            if each['mediaType'] not in FOREIGN_TYPES]
