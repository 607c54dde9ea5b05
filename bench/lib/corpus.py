# SPDX-License-Identifier: Apache-2.0
"""Images with incompressible layers, the same for the same seed, written straight into the storage
folder of a registry: seeding costs no requests and, by hard links, no copies."""
import math
import os
import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from images import (OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, digest_of, encode,
                    platform_of, random_bytes)

PLATFORMS = ('linux/amd64', 'linux/arm64')
TREE = Path('docker/registry/v2')


@dataclass
class Child:
    """One platform's image."""
    digest: str
    blobs: list  # the digests of its config and its layers


@dataclass
class Tag:
    """A tagged index."""
    repository: str
    name: str
    digest: str
    children: list


@dataclass
class Corpus:
    """Tags and the objects below them. store: a folder with every object, named by its hex."""
    store: Path
    tags: dict = field(default_factory=dict)  # (repository, name): Tag
    sizes: dict = field(default_factory=dict)  # digest: size
    types: dict = field(default_factory=dict)  # manifest's digest: media type

    def add(self, data: bytes, media_type: str, manifest=False) -> dict:
        """Stores an object and gives its descriptor."""
        digest = digest_of(data)
        path = self.path(digest)
        if not path.exists():
            path.write_bytes(data)
        self.sizes[digest] = len(data)
        if manifest:
            self.types[digest] = media_type
        return {'mediaType': media_type, 'digest': digest, 'size': len(data)}

    def path(self, digest: str) -> Path:
        return self.store / digest[7:]

    def layer(self, seed, size: int) -> dict:
        return self.add(random_bytes(seed, size), OCI_LAYER)

    def image(self, repository: str, name: str, layers: dict) -> Tag:
        """Adds an index; layers: {platform: descriptors}."""
        children, entries = [], []
        for platform, found in layers.items():
            which = platform_of(platform)
            config = self.add(encode({
                **which, 'config': {'Env': [f'NAME={repository}:{name}']},
                'rootfs': {'type': 'layers', 'diff_ids': [each['digest'] for each in found]}}),
                OCI_CONFIG)
            entry = self.add(encode({'schemaVersion': 2, 'mediaType': OCI_MANIFEST,
                                     'config': config, 'layers': found}), OCI_MANIFEST, True)
            entries.append({**entry, 'platform': which})
            children.append(Child(entry['digest'], [each['digest'] for each in (config, *found)]))
        root = self.add(encode({'schemaVersion': 2, 'mediaType': OCI_INDEX, 'manifests': entries}),
                        OCI_INDEX, True)
        self.tags[repository, name] = Tag(repository, name, root['digest'], children)
        return self.tags[repository, name]

    # --- what is in it

    def repositories(self) -> dict:
        """{repository: its Tags}"""
        found = {}
        for tag in self.tags.values():
            found.setdefault(tag.repository, []).append(tag)
        return found

    def blobs(self, tags=None) -> set:
        """The digests of all blobs, or of those of some tags."""
        return {blob for tag in (self.tags.values() if tags is None else tags)
                for child in tag.children for blob in child.blobs}

    def links(self) -> dict:
        """The link files of a storage folder, relative to it: {path: digest}."""
        found = {}
        for tag in self.tags.values():
            top = f'{TREE}/repositories/{tag.repository}'
            revisions = [tag.digest] + [child.digest for child in tag.children]
            for digest in revisions:
                found[f'{top}/_manifests/revisions/sha256/{digest[7:]}/link'] = digest
            for blob in self.blobs([tag]):
                found[f'{top}/_layers/sha256/{blob[7:]}/link'] = blob
            home = f'{top}/_manifests/tags/{tag.name}'
            found[f'{home}/current/link'] = tag.digest
            found[f'{home}/index/sha256/{tag.digest[7:]}/link'] = tag.digest
        return found

    # --- storage folders

    def objects(self) -> set:
        """The digests of all that is needed: blobs and manifests."""
        manifests = {each for tag in self.tags.values()
                     for each in (tag.digest, *(child.digest for child in tag.children))}
        return self.blobs() | manifests

    def fill(self, storage) -> None:
        """Makes a registry's storage folder hold this corpus and nothing else."""
        storage = Path(storage)
        shutil.rmtree(storage, ignore_errors=True)
        for digest in self.objects():
            path = storage / data_path(digest)
            path.parent.mkdir(parents=True)
            os.link(self.path(digest), path)
        for name, digest in self.links().items():
            path = storage / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(digest, encoding='ascii')

    def missing(self, storage) -> str:
        """What a storage folder lacks of this corpus, or ''. Sizes are compared, not contents: the
        registry has hashed them."""
        storage = Path(storage)
        for name, digest in self.links().items():
            path = storage / name
            if not path.exists() or path.read_text(encoding='ascii').strip() != digest:
                return f'{name[len(str(TREE)) + 1:]} does not name {digest}'
        return self.missing_objects(storage, self.objects())

    def missing_objects(self, storage, digests) -> str:
        for digest in digests:
            path = Path(storage) / data_path(digest)
            if not path.exists() or path.stat().st_size != self.sizes[digest]:
                return f'{digest} is not there, or has another size'
        return ''


def data_path(digest: str) -> Path:
    return TREE / 'blobs' / 'sha256' / digest[7:9] / digest[7:] / 'data'


def big(folder, size: int) -> Corpus:
    """One image, two platforms, five layers each."""
    corpus = Corpus(folder)
    corpus.image('lib/big', 'v1', {
        platform: [corpus.layer(f'big {platform} {i}', size) for i in range(5)]
        for platform in PLATFORMS})
    return corpus


def many(folder, repositories: int, largest=3_000_000, changed=0) -> Corpus:
    """Two tags a repository, two platforms a tag, five layers a platform, of which two are those
    of all repositories and three its own, of 2 KB to the largest, small ones more often. changed:
    in how many tags one layer of the first platform is another one."""
    corpus = Corpus(folder)
    chance = random.Random('artmirror many')
    base = {platform: [corpus.layer(f'base {platform} {size}', size)
                       for size in (largest, largest // 4)] for platform in PLATFORMS}
    step = max(1, repositories // changed) if changed else 0
    for r in range(repositories):
        for t in range(2):
            layers = {}
            for platform in PLATFORMS:
                own = []
                for i in range(3):
                    size = int(2000 * math.exp(math.log(largest / 2000) * chance.random()))
                    new = step and t == 0 and r % step == 0 and r // step < changed
                    is_changed = new and i == 2 and platform == PLATFORMS[0]
                    seed = f'{r} {t} {platform} {i}{" changed" if is_changed else ""}'
                    own.append(corpus.layer(seed, size))
                layers[platform] = base[platform] + own
            corpus.image(f'lib/app{r}', f'v{t}', layers)
    return corpus
