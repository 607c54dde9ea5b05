# SPDX-License-Identifier: Apache-2.0
"""The state of a registry in memory: blobs, manifests, tags, upload sessions."""
import json
import secrets
import threading
from dataclasses import dataclass, field

from images import Image, check_graph, digest_of, references


@dataclass
class Repository:
    blobs: set = field(default_factory=set)
    manifests: dict = field(default_factory=dict)  # digest: media type
    tags: dict = field(default_factory=dict)  # tag: digest


@dataclass
class Upload:
    repository: str
    data: bytearray = field(default_factory=bytearray)
    state: str = ''

    def renew(self) -> str:
        self.state = secrets.token_hex(8)
        return self.state


class State:
    """What one registry holds. Contents are kept once, by digest."""

    def __init__(self):
        self.lock = threading.RLock()
        self.contents = {}
        self.repositories = {}
        self.uploads = {}
        self.history = []  # (repository, tag, digest) as tags were written

    def repository(self, name: str) -> Repository:
        return self.repositories.setdefault(name, Repository())

    def put_blob(self, name: str, data: bytes) -> str:
        digest = digest_of(data)
        with self.lock:
            self.contents[digest] = bytes(data)
            self.repository(name).blobs.add(digest)
        return digest

    def blob(self, name: str, digest: str):
        with self.lock:
            found = self.repositories.get(name)
            return self.contents.get(digest) if found and digest in found.blobs else None

    def mount(self, name: str, digest: str, origin: str) -> bool:
        with self.lock:
            if self.blob(origin, digest) is None:
                return False
            self.repository(name).blobs.add(digest)
            return True

    def put_manifest(self, name: str, media_type: str, data: bytes, tag=None) -> str:
        digest = digest_of(data)
        with self.lock:
            self.contents[digest] = bytes(data)
            found = self.repository(name)
            found.manifests[digest] = media_type
            if tag:
                found.tags[tag] = digest
                self.history.append((name, tag, digest))
        return digest

    def manifest(self, name: str, reference: str):
        """(media type, bytes) by tag or digest, or None."""
        with self.lock:
            found = self.repositories.get(name)
            if not found:
                return None
            digest = found.tags.get(reference, reference)
            if digest not in found.manifests:
                return None
            return found.manifests[digest], self.contents[digest]

    def missing(self, name: str, data: bytes) -> list:
        """What a manifest refers to and the repository does not hold."""
        with self.lock:
            found = self.repository(name)
            return [digest for digest, _, is_manifest in references(json.loads(data))
                    if digest not in (found.manifests if is_manifest else found.blobs)]

    def referrers(self, name: str, subject: str) -> list:
        entries = []
        with self.lock:
            found = self.repositories.get(name) or Repository()
            for digest, media_type in found.manifests.items():
                data = self.contents[digest]
                document = json.loads(data)
                if document.get('subject', {}).get('digest') == subject:
                    entries.append({
                        'mediaType': media_type, 'digest': digest, 'size': len(data),
                        'artifactType': document.get('artifactType')
                        or document.get('config', {}).get('mediaType')})
        return entries

    def add(self, image: Image, name: str, *tags) -> Image:
        """Puts a whole image there, as if it had been pushed."""
        for data in image.blobs.values():
            self.put_blob(name, data)
        for media_type, data in image.manifests.values():
            self.put_manifest(name, media_type, data)
        for tag in tags:
            self.put_manifest(name, *image.manifests[image.digest], tag)
        self.history.clear()
        return image

    def tag(self, name: str, tag: str):
        with self.lock:
            found = self.repositories.get(name)
            return found.tags.get(tag) if found else None

    def check(self, allow_missing=()) -> int:
        """Every tag's graph is whole (I1); gives the number of tags."""
        count = 0
        with self.lock:
            for name, found in self.repositories.items():
                for tag, digest in found.tags.items():
                    try:
                        check_graph(digest, lambda d, f=found: self.contents.get(d)
                                    if d in f.manifests else None,
                                    lambda d, f=found: self.contents.get(d)
                                    if d in f.blobs else None, allow_missing)
                    except AssertionError as error:
                        raise AssertionError(f'{name}:{tag}: {error}') from None
                    count += 1
        return count
