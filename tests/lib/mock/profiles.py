# SPDX-License-Identifier: Apache-2.0
"""How real registries differ, as switches of the scripted one."""
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Profile:
    """The plain one behaves like the distribution specification says."""
    name: str = 'generic'
    mount: str = 'yes'  # yes; no: 202, an ordinary session; or a status that refuses it
    referrers: str = 'yes'  # yes; no: 404; html: 303 to a page elsewhere; denied: 401
    docker_types: bool = True
    validates: bool = True  # refuses manifests whose blobs or children are missing
    sparse_index: bool = False
    immutable: bool = False  # a tag is written once, even with the same digest
    creates: bool = True  # repositories come into being with the first push
    digest_headers: bool = True
    absolute_location: bool = True
    stateful_location: bool = False  # an old Location is refused
    token_post: int = 0  # status of POST at the token server; 0: works
    pulls: int = None  # counted manifest GETs that are left
    window: int = 21600
    lower_case: bool = True
    page: int = 100  # tags on a page
    manifest_limit: int = 4 << 20
    delete: bool = True


PROFILES = {
    'generic': Profile(),
    'distribution': Profile('distribution', referrers='no', stateful_location=True),
    'dockerhub': Profile('dockerhub', mount='no', referrers='no', pulls=100, delete=False),
    'ghcr': Profile('ghcr', referrers='html', delete=False),
    'ecr': Profile('ecr', immutable=True, creates=False),
    'harbor': Profile('harbor', mount='401', referrers='denied'),
    'zot': Profile('zot', docker_types=False),
    'gcr': Profile('gcr', token_post=404),
    'artifactory': Profile('artifactory', token_post=401, digest_headers=False),
    'acr': Profile('acr', token_post=400),
}


def profile(name, **changes) -> Profile:
    return replace(PROFILES[name], **changes)
