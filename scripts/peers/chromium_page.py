"""Writes the letters of a JSON file as one HTML page for headless Chromium, a printed page a letter.

The words come merged and the codes as one SVG path each. The fonts are those of our letter. Chromium kerns, and
hyphenates where its dictionaries are installed. Not done, since Chromium has no such thing: CMYK (its PDF is RGB),
PDF/X-4, PDF/VT parts, an output profile, bleed, preflight.

usage: chromium_page.py LETTERS.json FONTS OUT.html
"""
import html
import json
import os
import sys

HEAD = """<!doctype html><html lang="de"><meta charset="utf-8"><title>Letters</title><style>
@font-face{font-family:T;src:url(file://%(fonts)s/SourceSans3-Regular.ttf)}
@font-face{font-family:T;font-weight:bold;src:url(file://%(fonts)s/SourceSans3-Bold.ttf)}
@page{size:A4;margin:0}
*{margin:0;padding:0}
body{font:9.5pt/11.9pt T}
.l{position:relative;width:210mm;height:297mm;overflow:hidden;break-after:page}
.l>*{position:absolute}
.band{left:0;top:0;width:210mm;height:4mm;background:#1f5c87}
.logo{left:170mm;top:14mm}
.head{left:25mm;top:21mm;font:bold 17pt T;color:#1f5c87}
.ret{left:25mm;top:58mm;font-size:7pt}
.to{left:25mm;top:62.7mm;font-size:10.5pt;line-height:4.55mm}
.info{left:125mm;top:50mm;font-size:9pt;line-height:4.9mm}
.info b{display:inline-block;width:21mm;color:#1f5c87}
.flow{left:25mm;top:99.5mm;width:165mm}
h1{font:bold 11pt/14pt T;color:#1f5c87;margin-bottom:8pt}
p{margin-bottom:6pt}
.j{text-align:justify;hyphens:auto}
.panel{background:#e9f1f5;border-left:1.2mm solid #1f5c87;display:flex;justify-content:space-between;align-items:center;padding:2.5mm 2.5mm 2.5mm 4.5mm;margin-bottom:3mm}
.panel h1{margin:0}.code{font:bold 15pt/20pt T}
.panel svg{background:#fff;flex:none;margin-left:2.5mm}
.sig{margin-top:30pt}
.notice{font-size:7.5pt;line-height:9.6pt}
.foot{left:25mm;top:272.5mm;width:165mm;border-top:.25pt solid #1f5c87;padding-top:1mm;display:flex;font-size:7pt;line-height:8.4pt}
.foot div{width:33%%}
.match{left:191mm;top:285.5mm}
.mtext{left:25mm;top:289.5mm;font-size:6pt}
.fold{left:3.5mm;width:2.5mm;border-top:.25pt solid #000}
</style>
"""

LOGO = '<svg class=logo width="19mm" height="8mm" viewBox="0 0 19 8"><path fill="#1f5c87" d="M0 0H8V8H0ZM10 0C15 0 19 3 19 8L15 8C15 5 13 4 10 4Z"/></svg>'


def code(m, quiet, name):
    path = "".join("M%d %dh%dv%dh-%dz" % (x, y, w, h, w) for x, y, w, h in m["boxes"])
    w, h = m["w"] + 2 * quiet, m["h"] + 2 * quiet
    u = m["unit_mm"]
    return '<svg class=%s width="%gmm" height="%gmm" viewBox="%d %d %d %d"><path d="%s"/></svg>' % (name, w * u, h * u, -quiet, -quiet, w, h, path)


def letter(l):
    e = html.escape
    lines = lambda words: "<br>".join(map(e, words))
    out = ['<div class=l><div class=band></div>', LOGO, "<div class=head>", e(l["footer"][0][0]), "</div><div class=ret>", e(l["return"]),
           "</div><div class=to>", lines(l["address"]), "</div><div class=info>",
           "<br>".join("<b>%s</b>%s" % (e(k), e(v)) for k, v in l["info"]), "</div><div class=flow><h1>", l["subject"], "</h1>"]
    out += ["<p class=j>%s</p>" % words for words in l["body"]]
    out += ["<div class=panel><div><h1>", l["response"][0], "</h1>", l["response"][1], "<div class=code>", e(l["code"]), "</div></div>", code(l["qr"], 4, "qr"),
            "</div><p>", l["greeting"], "</p><p class=sig><b>%s</b><br>%s</p>" % tuple(map(e, l["signature"])), "<p class=j>", l["ps"], "</p><p class=notice>",
            l["notice"], "</p></div><div class=foot>"]
    out += ["<div>%s</div>" % lines(column) for column in l["footer"]]
    out += ["</div>", code(l["match"], 0, "match"), "<div class=mtext>", e(l["match_text"]), "</div>"]
    out += ['<div class=fold style="top:%smm"></div>' % y for y in ("105", "148.5", "210")]
    return "".join(out) + "</div>\n"


def main(data, folder, out):
    with open(data, encoding="utf-8") as f:
        letters = json.load(f)
    with open(out, "w", encoding="utf-8") as f:
        f.write(HEAD % {"fonts": os.path.abspath(folder)})
        f.writelines(map(letter, letters))


main(*sys.argv[1:])
