"""Make the moving picture of the README from what the journey in tests/browser/tour.spec.ts saw.

Run `python tools/pictures.py` after it.
"""

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
SCREENS = ROOT / "build" / "screens"
MILLISECONDS, REST = 600, 3000


def main() -> None:
    """Write docs/images/notebook-live.png, an animation that begins with its last frame's rest."""
    paths = sorted(SCREENS.glob("tour-notebook-*.png"))
    frames = [Image.open(path).convert("RGB") for path in paths]
    # Where nothing moves, the first frame is what is seen: it is the fullest.
    last = frames[-1].quantize(64)
    # One palette, so that only what moves differs from frame to frame.
    small = [each.quantize(palette=last, dither=Image.Dither.NONE) for each in frames]
    last.save(
        ROOT / "docs" / "images" / "notebook-live.png",
        save_all=True,
        append_images=small,
        duration=[REST, *[MILLISECONDS] * len(small)],
        loop=0,
    )
    Image.open(SCREENS / "tour-tab.png").convert(
        "P", palette=Image.Palette.ADAPTIVE, colors=128
    ).save(ROOT / "docs" / "images" / "panels.png", optimize=True)


if __name__ == "__main__":
    main()
