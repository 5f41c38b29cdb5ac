"""Prints the letters of a JSON file with ReportLab, as fast as its own means allow.

Done the way its guide recommends for volume: one canvas, Platypus paragraphs (justified, with bold words) wrapped and
drawn straight onto it, styles and fonts made once, what all letters share as one form object, pages compressed. The
words come merged and the codes as boxes, so that neither is counted. The fonts are those of our letter, embedded as
subsets. Not done, since ReportLab has no such thing: kerning, hyphenation (without a further package), PDF/X-4,
PDF/VT parts, an output profile, preflight.

usage: reportlab_letters.py LETTERS.json FONTS OUT.pdf
"""
import json
import sys

from reportlab.lib.colors import CMYKColor
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

HIGH = A4[1]
ACCENT, TINT = CMYKColor(.95, .55, .25, .15), CMYKColor(.08, .03, .02, 0)
BLACK, WHITE = CMYKColor(0, 0, 0, 1), CMYKColor(0, 0, 0, 0)
LEFT, WIDTH = 25 * mm, 165 * mm


def fonts(folder):
    for name, file in (("Text", "SourceSans3-Regular"), ("Text-Bold", "SourceSans3-Bold"), ("Text-It", "SourceSans3-It")):
        pdfmetrics.registerFont(TTFont(name, "%s/%s.ttf" % (folder, file)))
    pdfmetrics.registerFontFamily("Text", normal="Text", bold="Text-Bold", italic="Text-It", boldItalic="Text-Bold")


def lines(c, x, y, leading, words, font, size):
    text = c.beginText(x, y)
    text.setFont(font, size, leading)
    text.textLines(words)
    c.drawText(text)


def frame(c, letter):
    """What all letters share: band, logo, name, sender line, fold marks, footer."""
    c.beginForm("frame")
    c.setFillColor(ACCENT)
    c.rect(-3 * mm, HIGH - 4 * mm, 216 * mm, 7 * mm, stroke=0, fill=1)
    logo = c.beginPath()
    x, y = 170 * mm, HIGH - 14 * mm
    logo.rect(x, y - 8 * mm, 8 * mm, 8 * mm)
    logo.moveTo(x + 10 * mm, y)
    logo.curveTo(x + 15 * mm, y, x + 19 * mm, y - 3 * mm, x + 19 * mm, y - 8 * mm)
    logo.lineTo(x + 15 * mm, y - 8 * mm)
    logo.curveTo(x + 15 * mm, y - 5 * mm, x + 13 * mm, y - 4 * mm, x + 10 * mm, y - 4 * mm)
    logo.close()
    c.drawPath(logo, stroke=0, fill=1)
    lines(c, LEFT, HIGH - 27 * mm, 20, [letter["footer"][0][0]], "Text-Bold", 17)
    c.rect(LEFT, HIGH - 272.5 * mm, WIDTH, .25, stroke=0, fill=1)
    c.setFillColor(BLACK)
    lines(c, LEFT, HIGH - 61 * mm, 8, [letter["return"]], "Text", 7)
    c.setLineWidth(.25)
    for y, length in ((105, 2.5), (148.5, 4), (210, 2.5)):
        c.line(3.5 * mm, HIGH - y * mm, (3.5 + length) * mm, HIGH - y * mm)
    for x, column in zip((25, 80, 125), letter["footer"]):
        lines(c, x * mm, HIGH - 276 * mm, 8.4, column, "Text", 7)
    c.endForm()


def code(c, x, y, m):
    """The code's boxes as one path, from its top left corner."""
    u = m["unit_mm"] * mm
    path = c.beginPath()
    for bx, by, bw, bh in m["boxes"]:
        path.rect(x + bx * u, y - (by + bh) * u, bw * u, bh * u)
    c.drawPath(path, stroke=0, fill=1)


class Flow:
    """Sets paragraphs one below the other."""

    def __init__(self, c, top):
        self.c, self.y = c, top

    def set(self, words, style, space=0, width=WIDTH, x=LEFT):
        p = Paragraph(words, style)
        _, h = p.wrap(width, HIGH)
        self.y -= h
        p.drawOn(self.c, x, self.y)
        self.y -= space


def style(name, **more):
    return ParagraphStyle(name, fontName="Text", fontSize=9.5, leading=11.9, textColor=BLACK, **more)


BODY = style("body", alignment=TA_JUSTIFY)
PLAIN = style("plain")
SUBJECT = ParagraphStyle("subject", fontName="Text-Bold", fontSize=11, leading=14, textColor=ACCENT)
NOTICE = ParagraphStyle("notice", fontName="Text", fontSize=7.5, leading=9.6, textColor=BLACK)


def panel(c, f, letter):
    top = f.y
    high = 30 * mm
    c.setFillColor(TINT)
    c.rect(LEFT, top - high, WIDTH, high, stroke=0, fill=1)
    c.setFillColor(ACCENT)
    c.rect(LEFT, top - high, 1.2 * mm, high, stroke=0, fill=1)
    side = (letter["qr"]["w"] + 8) * letter["qr"]["unit_mm"] * mm
    x, y = LEFT + WIDTH - side - 2.5 * mm, top - (high - side) / 2
    c.setFillColor(WHITE)
    c.rect(x, y - side, side, side, stroke=0, fill=1)
    c.setFillColor(BLACK)
    quiet = 4 * letter["qr"]["unit_mm"] * mm
    code(c, x + quiet, y - quiet, letter["qr"])
    f.y -= 3 * mm
    inner, left = WIDTH - side - 12 * mm, LEFT + 5.7 * mm
    f.set(letter["response"][0], SUBJECT, 0, inner, left)
    f.set(letter["response"][1], PLAIN, 4, inner, left)
    lines(c, left, f.y - 13, 18, [letter["code"]], "Text-Bold", 15)
    f.y = top - high - 3 * mm


def page(c, letter):
    c.doForm("frame")
    c.setFillColor(ACCENT)
    lines(c, 125 * mm, HIGH - 53.5 * mm, 13.9, [k for k, _ in letter["info"]], "Text-Bold", 9)
    c.setFillColor(BLACK)
    lines(c, 146 * mm, HIGH - 53.5 * mm, 13.9, [v for _, v in letter["info"]], "Text", 9)
    lines(c, LEFT, HIGH - 66.5 * mm, 12.9, letter["address"], "Text", 10.5)
    f = Flow(c, HIGH - 99.5 * mm)
    f.set(letter["subject"], SUBJECT, 8)
    for words in letter["body"]:
        f.set(words, BODY, 6)
    panel(c, f, letter)
    f.set(letter["greeting"], PLAIN, 30)
    f.set("<b>%s</b><br/>%s" % tuple(letter["signature"]), PLAIN, 6)
    f.set(letter["ps"], BODY, 6)
    f.set(letter["notice"], NOTICE)
    code(c, 191 * mm, HIGH - 285.5 * mm, letter["match"])
    lines(c, LEFT, HIGH - 291.5 * mm, 8, [letter["match_text"]], "Text", 6)
    c.showPage()


def main(data, folder, out):
    with open(data, encoding="utf-8") as f:
        letters = json.load(f)
    fonts(folder)
    c = Canvas(out, pagesize=A4, pageCompression=1)
    frame(c, letters[0])
    for letter in letters:
        page(c, letter)
    c.save()


main(*sys.argv[1:])
