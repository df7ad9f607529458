"""Writes the archive that bench/unzip.mjs unpacks: python make-archive.py ARCHIVE NUM_FILES MEGABYTES

As a competition's images are: many files of some ten kilobytes in a few folders. Every second one is stored, the others are
random nibbles, one to a byte, which deflate to about half.
"""
import random
import sys
import zipfile

path, num_files, megabytes = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
size = int(megabytes * 1e6 / num_files)
source = random.Random(7)
nibbles = bytes(byte & 15 for byte in range(256))
with zipfile.ZipFile(path, "w") as archive:
    for index in range(num_files):
        content = source.randbytes(size)
        name = f"train/{index % 16:02}/{index:06}.png"
        if index % 2 == 0:
            archive.writestr(name, content, zipfile.ZIP_STORED)
        else:
            archive.writestr(name, content.translate(nibbles), zipfile.ZIP_DEFLATED, 6)
