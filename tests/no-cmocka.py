# SPDX-License-Identifier: Apache-2.0
"""Stands in for the unit tests where configure found no cmocka, so that they are seen to be missing."""
print('1..0 # SKIP the unit tests: cmocka was not there when configure ran')
