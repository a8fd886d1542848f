#!/bin/sh
# awk, sed and jq: one pipeline for the whole folder.
#   sh awk_sed_jq.sh DIR > out.jsonl
# Files that are not UTF-8 pass as they are: asking each costs a process a file.
export LC_ALL=C.UTF-8
find "$1" -name '*.txt' -print0 | LC_ALL=C sort -z | xargs -0 awk '
function out() {
    if (path != "") printf "%s\037%s\037%s\037%s\037%s\037%s\037%s\n", path, title, date, byline, related, footer, body
}
FNR == 1 { out(); path = FILENAME; title = date = byline = related = footer = body = ""; n = 0 }
{ sub(/\r$/, ""); sub(/^[ \t]+/, ""); gsub(/[\001-\010\037]/, "") }
/^$/ { next }
{ n++ }
n == 1 { title = $0; next }
n < 5 && date == "" && length($0) < 160 && /[0-9٠-٩]/ && /يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر|[0-9][\/-][0-9]/ { date = $0; next }
n < 5 && byline == "" && length($0) < 150 && /( - |: |\()/ { byline = $0; next }
/^(اقرأ|اقرا|إقرأ|شاهد|طالع) (أيض|ايض)/ { related = related $0 "\036"; next }
length($0) < 180 && /^(©|جميع الحقوق|هاتف|البريد|المصدر:|شارك|الوسوم|طباعة|تابعونا|التعليقات|مواضيع ذات صلة|لمراسلة)/ { footer = footer $0 "\036"; next }
{ body = body $0 "\036" }
END { out() }
' | sed -e 's/ـ//g' -e 's/ً\|ٌ\|ٍ\|َ\|ُ\|ِ\|ّ\|ْ//g' -e 's/أ\|إ\|آ\|ٱ/ا/g' |
    jq -R -c 'split("\u001f") | {
        id: .[0],
        text: (.[6] | rtrimstr("\u001e") | gsub("\u001e"; "\n\n")),
        created: .[2],
        metadata: {
            path: .[0], title: .[1], byline: .[3],
            related: (.[4] | split("\u001e")[:-1]),
            footer: (.[5] | split("\u001e")[:-1]),
            word_count: (.[6] | split(" ") | length)
        }
    }'
