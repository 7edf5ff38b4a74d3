"""Makes the fonts of this folder: DejaVu Sans without what no picture of ours needs. Run with fontTools 4.38 or later (Debian's
python3-fonttools and fonts-dejavu-core):

    python3 assets/fonts/make_fonts.py
"""

import pathlib

from fontTools import subset

SOURCE = pathlib.Path("/usr/share/fonts/truetype/dejavu")
# Latin, combining marks, Greek, Cyrillic; punctuation, superscripts, letter-like signs, arrows, mathematics; geometric shapes.
RANGES = [(0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x45F), (0x1E00, 0x1EFF)]
RANGES += [(0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20BF), (0x2100, 0x218F), (0x2190, 0x21FF), (0x2200, 0x22FF)]
RANGES += [(0x2300, 0x230B), (0x25A0, 0x25FF), (0x2605, 0x2606), (0x2713, 0x2718), (0x27E8, 0x27E9), (0xFFFD, 0xFFFD)]

options = subset.Options()
options.hinting = False
# What puts marks onto letters: a hat on m is no letter of its own. Without kerning, a text is as wide as its letters together.
options.layout_features = ["ccmp", "mark", "mkmk"]
options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
options.recalc_timestamp = False
# So that equal fonts give equal bytes.
options.recalc_bounds = False

for name in ["DejaVuSans", "DejaVuSans-Bold"]:
    font = subset.load_font(SOURCE / f"{name}.ttf", options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    subsetter.subset(font)
    subset.save_font(font, pathlib.Path(__file__).with_name(f"{name}.ttf"), options)
