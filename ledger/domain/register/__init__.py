"""The register (登记簿): projects, enterprises that move, parks as a dated tree, region codes that follow each other."""
