# SPDX-License-Identifier: Apache-2.0
"""Artefacts that refer to others: signatures and the like, and the lists that name them."""
import json

import images

EMPTY = 'application/vnd.oci.empty.v1+json'
SIGNATURE = 'application/vnd.example.signature.v1+json'
SBOM = 'application/spdx+json'


def referrer(subject, seed, artifact_type=SIGNATURE, annotations=None, **fields) -> images.Image:
    """A manifest that refers to an image: one small layer, the empty config."""
    content = images.random_bytes(f'referrer {seed}', 300)
    document = {'schemaVersion': 2, 'mediaType': images.OCI_MANIFEST,
                'config': images.descriptor(EMPTY, b'{}'),
                'layers': [images.descriptor('application/octet-stream', content)],
                'subject': subject if isinstance(subject, dict)
                else images.descriptor(subject.media_type, subject.data), **fields}
    if artifact_type:
        document['artifactType'] = artifact_type
    if annotations:
        document['annotations'] = annotations
    return images.from_document(document, {images.digest_of(b'{}'): b'{}',
                                           images.digest_of(content): content})


def signature(seed, layer_type='application/vnd.dev.cosign.simplesigning.v1+json'):
    """What older tools put under a tag made of the subject's digest: no subject, an image's
    config, the type is the layer's."""
    content, config = images.random_bytes(f'signature {seed}', 200), b'{"architecture":""}'
    return images.from_document(
        {'schemaVersion': 2, 'mediaType': images.OCI_MANIFEST,
         'config': images.descriptor(images.OCI_CONFIG, config),
         'layers': [images.descriptor(layer_type, content)]},
        {images.digest_of(config): config, images.digest_of(content): content})


def list_tag(digest: str) -> str:
    """The tag of the list of what refers to a digest."""
    algorithm, _, text = digest.partition(':')
    return f'{algorithm[:32]}-{text[:64]}'


def old_tag(image, kind='sig') -> str:
    return f'{image.digest.replace(":", "-")}.{kind}'


def entry_of(found) -> dict:
    """Its descriptor in a list, as the specification wants it."""
    document = found.document
    entry = images.descriptor(found.media_type, found.data)
    kind = document.get('artifactType') or document.get('config', {}).get('mediaType')
    if kind:
        entry['artifactType'] = kind
    if document.get('annotations'):
        entry['annotations'] = document['annotations']
    return entry


def list_of(*found) -> images.Image:
    return images.index([each if isinstance(each, dict) else entry_of(each) for each in found])


def seed_list(server, name, subject, *found) -> None:
    """Puts referrers where a registry without the API has them."""
    for each in found:
        if not isinstance(each, dict):
            server.seed(each, name)
    server.seed(list_of(*found), name, list_tag(subject.digest))


def listed(server, name, subject) -> list:
    """The descriptors under the tag of the list at a scripted registry; [] if there is none."""
    state = server.state.manifest(name, list_tag(subject.digest))
    return json.loads(state[1])['manifests'] if state else []
