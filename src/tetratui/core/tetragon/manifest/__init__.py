"""Read export lists out of Helm values and ConfigMaps, and write them back without touching any other byte."""
