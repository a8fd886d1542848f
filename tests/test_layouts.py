"""Pages of one paragraph or two, and what each of their lines is.

Every line is written with its label before it. A kind of line is listed where it was
seen on pages, below it what looks alike and is text.
"""

from __future__ import annotations

import pytest

from newsingest.article import rules
from newsingest.article.locate import locate
from newsingest.article.parse import Parser, parse
from newsingest.article.record import Options
from newsingest.article.split import Splitter

SPLITTER = Splitter(rules.load())

HEAD = """
title      بئر قديمة تحت مخزن الحبوب في القرية
date       الأربعاء 15 مايو 2024 - 10:45
"""
TEXT = """
body       عثر مزارع في إحدى قرى الوادي على بئر قديمة أسفل مخزن الحبوب الذي ورثه عن جده، وقدر خبراء عمرها بنحو ثلاثة قرون.
body       وقال المزارع إنه سمع صوتا أجوف حين سقط المعول من يده، فحفر حتى ظهرت حجارة البئر.
"""
MORE = """
body       وتنوي البلدية ترميم البئر وفتحها أمام الزوار خلال الصيف المقبل بعد أن تنهي تحليل مائها.
"""

PAGES = {
    "a list ends where the report goes on without a full stop": f"""
{HEAD}{TEXT}
related    اقرأ أيضا
related    نافورة تعود إلى العمل بعد قرن من التوقف
body       وتنوي البلدية ترميم البئر وفتحها أمام الزوار خلال الصيف المقبل
""",
    "a headline of a list may begin with a noun of that letter": f"""
{HEAD}{TEXT}
related    اقرأ أيضا
related    وزير المياه يزور السد الكبير ويطلع على أعمال الصيانة فيه
related    ويليام العجوز يعود إلى قريته بعد خمسين عاما من الغياب
""",
    "a newsletter's form between paragraphs": f"""
{HEAD}{TEXT}
share      نشرتنا البريدية
share      اشترك في النشرة لتصلك أهم الأخبار كل صباح
share      أدخل بريدك الإلكتروني
share      اشترك
body       وقال الخبراء إن الماء ما زال عذبا في البئر كلها.
body       وشملت الدراسة أربعين بئرا في عشرين قرية حولها.
""",
    "the house's channel between paragraphs": f"""
{HEAD}{TEXT}
share      انضموا إلى قناتنا على تلغرام
{MORE}""",
    "a single word above the date of a headline": f"""
section    ريبورتاج
date       2024/05/15
title      بئر قديمة تحت مخزن الحبوب في القرية
byline     بغداد: سليم حداد
{TEXT}""",
    "a headline of one word and the sentence below its date": f"""
title      بئر
date       2024/05/15
{TEXT}""",
    "the house's name with what it is": f"""
boilerplate البوصلة – شبكة إخبارية مستقلة
section    أخبار محلية
title      بئر قديمة تحت مخزن الحبوب في القرية
date       الأربعاء 15 مايو 2024 - 10:45
{TEXT}""",
    "a headline about a network": f"""
title      الاتصالات – شبكة إخبارية تدخل السوق
date       الأربعاء 15 مايو 2024 - 10:45
{TEXT}""",
    "a slug in Latin letters": f"""
boilerplate VILLAGE-WELL/FIND (PIX)
date       15 May 2024 10:45 GMT
title      بئر قديمة تحت مخزن الحبوب في القرية
{TEXT}""",
    "a menu that says nothing of the news": f"""
section    أخبار الوطن الكبير
title      عثور مزارع على بئر تحت مخزن الحبوب
date       الأربعاء 15 مايو 2024 - 10:45
{TEXT}""",
    "a short headline that the text repeats": f"""
title      بئر قديمة تحت مخزن الحبوب
subtitle   عثور مزارع في الوادي على بئر أسفل مخزن جده
date       الأربعاء 15 مايو 2024 - 10:45
{TEXT}""",
    "the fields of an archive": f"""
boilerplate رقم الوثيقة: 20240515-0214
source     المصدر: النهضة
date       التاريخ: 2024-05-15
boilerplate الصفحة: 12
section    القسم: تحقيقات
title      العنوان: بئر قديمة تحت مخزن الحبوب في القرية
subtitle   العنوان الفرعي: خبراء يقدرون عمرها بثلاثة قرون
byline     الكاتب: سليم حداد
boilerplate النص:
{TEXT}
boilerplate عدد الكلمات: 165
""",
    "a clock below its day": f"""
title      بئر قديمة تحت مخزن الحبوب في القرية
date       15 مايو 2024
date       10:45 م
{TEXT}""",
    "numbered links of a text browser": f"""
boilerplate * [6]محليات
boilerplate * [7]اقتصاد
title      بئر قديمة تحت مخزن الحبوب في القرية
date       الأربعاء 15 مايو 2024 - 10:45
{TEXT}
copyright  جميع الحقوق محفوظة © 2024 صحيفة القافلة
boilerplate References
boilerplate 1. https://example.com/rss
""",
    "a word or two right below the headline": f"""
title      بئر قديمة تحت مخزن الحبوب في القرية
section    كأس الوادي
date       الأربعاء 15 مايو 2024 - 10:45
{TEXT}""",
    "an initial there is somebody's": f"""
title      بئر قديمة تحت مخزن الحبوب في القرية
subtitle   أمينة.ب
date       الأربعاء 15 مايو 2024 - 10:45
{TEXT}""",
    "a picture's credit above the headline": f"""
caption    © مصور محلي
caption    أطفال يملؤون أوعية الماء من البئر القديمة.
{HEAD}{TEXT}""",
    "an address below the headline": f"""
title      بئر قديمة تحت مخزن الحبوب في القرية
boilerplate https://example.com/news/184411
date       الأربعاء 15 مايو 2024 - 10:45
{TEXT}""",
    "a scene, a name and a button above the text": f"""
{HEAD}
caption    البئر القديمة
byline     محمود السيد
share      طباعة
{TEXT}""",
    "an archive's picture is no place and person": f"""
{HEAD}
caption    بئر - صورة أرشيفية
byline     محمود السيد
{TEXT}""",
    "pictures of a gallery are counted": f"""
{HEAD}{TEXT}
boilerplate 1 / 2
caption    عمال ينظفون الحجارة
boilerplate 2 / 2
caption    البئر بعد تنظيفها
""",
    "a picture between paragraphs with its agency": f"""
{HEAD}{TEXT}
caption    عمال ينظفون حجارة البئر (رويترز)
{MORE}""",
    "a bracket there that names no agency is text": f"""
{HEAD}{TEXT}
body       بئر واحدة (وليس بئرين)
{MORE}""",
    "a quote pulled out of the text": f"""
{HEAD}{TEXT}
heading    ذاكرة الماء
body       ويرى الباحث كريم حلبي أن «الماء يحفظ ما ننساه، أما الحجارة فتروي ما رأته» في زمن آخر.
{MORE}
boilerplate الماء يحفظ ما ننساه أما الحجارة فتروي ما رأته
body       ومن ينتظر الموسم المقبل يعرف أن القرية لن تعود إلى ما كانت عليه قبل أن يحفر المزارع.
""",
    "a subheading that the paragraph below says again": f"""
{HEAD}{TEXT}
heading    تفاصيل ترميم البئر القديمة في قرية الوادي
body       وعن تفاصيل ترميم البئر القديمة في قرية الوادي قال المهندس إن العمل يبدأ في أول الصيف.
{MORE}""",
    "a card of another article between paragraphs": f"""
{HEAD}{TEXT}
related    نافورة تعود إلى العمل بعد قرن
boilerplate 5 مارس 2024, 09:14
{MORE}""",
    "a day alone heads a part of a chronicle": f"""
{HEAD}{TEXT}
heading    5 مارس 2024
{MORE}""",
    "tags between commas": f"""
{HEAD}{TEXT}
tags       البئر , القرية , الري
""",
    "a last line with commas that is no list of tags": f"""
{HEAD}{TEXT}
body       ملح وسكر، زيت وخل، خبز ولبن
""",
    "tags below a button": f"""
{HEAD}{TEXT}
share      حمّل تطبيق المثال الآن
tags       ♦ نهر بعيد
tags       ♦ سد قديم
""",
    "one tag below a button, if the text says it": f"""
{HEAD}{TEXT}
share      حمّل تطبيق المثال الآن
tags       مخزن الحبوب
""",
    "a tag may repeat a caption": f"""
{HEAD}
caption    مخزن الحبوب
byline     محمود السيد
{TEXT}
tags       القرية
tags       مخزن الحبوب
""",
    "the house's links below the text": f"""
{HEAD}{TEXT}
related    المزيد من بوابة المثال
related    معرض للصناعات التقليدية في الواحة
""",
    "a feed's last line": f"""
{HEAD}{TEXT}
boilerplate The post بئر قديمة تحت مخزن الحبوب في القرية appeared first on المثال.
""",
    "a writer's name again below the text": f"""
{HEAD}
byline     بقلم خنساء قدوري
{TEXT}
byline     تحرير من طرف خنساء قدوري
""",
    "who the writer is, said with the name again": f"""
{HEAD}
byline     د. ليث المصري
{TEXT}
byline     د. ليث المصري - أستاذ الموارد المائية
""",
    "a last line in which the writer is not named": f"""
{HEAD}
byline     ليث المصري
{TEXT}
body       وفي حديثه إلى ليث المصري
""",
    "a name that is known signs below a guess": f"""
{HEAD}
byline     محطة تحلية
{TEXT}
byline     محمود السيد
""",
    "one desk's initials between dashes": f"""
{HEAD}{TEXT}
boilerplate - مل -
""",
    "a short paragraph below a button": f"""
{HEAD}{TEXT}
share      تابعوا أخبار المثال على تلغرام
body       وأكد رئيس البلدية استمرار العمل.
""",
    "three stars part a column": f"""
{HEAD}{TEXT}
boilerplate * * *
body       لم يعد السهر ترفا، صار عادة.
""",
    "names of a list": f"""
{HEAD}{TEXT}
body       وجاءت الأسماء كالتالي:
body       سعاد حداد
body       ليلى منصور
""",
    "a date below the text that nobody knows": f"""
title      بئر قديمة تحت مخزن الحبوب في القرية
{TEXT}
body       تاريخ الجلسة: 10/6/2024
""",
    "a headline that begins as captions do": f"""
title      صور.. افتتاح متحف الفنون الشعبية في المدينة
byline     كتب- محمود السيد:
{TEXT}""",
    "a picture's credit is no byline": f"""
{HEAD}
caption    طاحونة القرية / صورة: AA
{TEXT}""",
    "what is said twice between paragraphs was said of pictures": f"""
{HEAD}{TEXT}
caption    متحف القرية القديمة
caption    متحف القرية القديمة
{MORE}""",
    "pictures are numbered, and named by telephones": f"""
{HEAD}{TEXT}
caption    افتتاح المتحف 1
caption    افتتاح المتحف 2
caption    IMG-20240515-WA0012
""",
    "two headlines between paragraphs": f"""
{HEAD}{TEXT}
related    مجلس القرية يوزع أجهزة على معامل المدارس
related    حركة نقل المعلمين في الوادي وشروط التقديم
{MORE}""",
    "two lines that are announced": f"""
{HEAD}{TEXT}
body       وجاء في القرار ما يأتي:
body       نقل المدرسة القديمة إلى المبنى الجديد قبل الصيف
heading    توسيع الطريق الذي يصل القرية بالطريق العام
{MORE}""",
    "a list of short words": f"""
{HEAD}{TEXT}
body       المقادير
body       كوبان من العدس الأصفر
body       ملعقة صغيرة من الكمون
heading    طريقة التحضير
{MORE}""",
    "the agency behind the last word": f"""
{HEAD}{TEXT}
body+source وأضاف أن عيادة بيطرية متنقلة ترافق المزارعين حتى نهاية الموسم (رويترز)
""",
    "the office and the paper before the text": f"""
{HEAD}
dateline+body مكتب الوادي (الشروق) – عثر مزارع على بئر قديمة أسفل مخزن الحبوب الذي ورثه عن جده.
""",
    "a word or two a line below the last full stop": f"""
{HEAD}{TEXT}
tags       غرائب
tags       أسفار
""",
    "a desk signs": f"""
{HEAD}{TEXT}
boilerplate فريق التحرير
""",
    "short sentences end a text although a mark stood above": f"""
{HEAD}{TEXT}
boilerplate إعلان
body       وحصل الطلاب على جائزة المعهد.
body       ولا تزال المياه ضحلة في الصيف.
""",
    "a prayer, and a list of players, sign nothing": f"""
{HEAD}{TEXT}
body       حراسة المرمى: سامي ناصر
body       الوسط: كريم جابر - وليد منصور
body       إنا لله وإنا إليه راجعون
""",
    "what the house says of itself": f"""
{HEAD}{TEXT}
boilerplate صحيفة إلكترونية مستقلة تصدر عن مؤسسة المثال
boilerplate للإعلان على موقعنا يرجى التواصل معنا
""",
    "a page with its menu": f"""
boilerplate انتقل إلى المحتوى
boilerplate الرئيسية
boilerplate أخبار محلية
boilerplate اقتصاد
boilerplate رياضة
boilerplate ثقافة وفن
boilerplate صحة
boilerplate منوعات
boilerplate فيديو
boilerplate بحث عن
boilerplate الوضع المظلم
boilerplate تسجيل الدخول
title      مقهى للكتب في محطة قطار مهجورة على طرف المدينة
subtitle   ثلاثة أصدقاء يعيدون الحياة إليها
byline     كتب: محمود السيد
date       15 مايو 2024
share      فيسبوك
caption    المقهى من الداخل
{TEXT}
body       وينتظر الزوار المساء.
related    مقالات ذات صلة
related    مدرسة تزرع حديقتها
""",
    "a desk's name that looks like a person's, above the writer's": f"""
title      بئر قديمة تحت مخزن الحبوب في القرية
section    اقتصاد مصر
date       الأربعاء 15 مايو 2024 - 10:45
byline     أسماء شلبي
{TEXT}""",
    "a headline that begins as links do": f"""
title      شاهد: لحظة وصول القافلة إلى القرية القديمة
date       الأربعاء 15 مايو 2024 - 10:45
{TEXT}
related    شاهد | لحظة انطلاق الدراجات
{MORE}""",
    "a wire's article in the markup of a corpus": f"""
boilerplate <DOC id="ARB_20240515.0012" type="story" >
boilerplate <HEADLINE>
title      بئر قديمة تحت مخزن الحبوب في القرية
boilerplate </HEADLINE>
boilerplate <DATELINE>
dateline   بغداد 15-5 (اف ب)-
boilerplate </DATELINE>
boilerplate <TEXT>{TEXT}boilerplate <P>{MORE}boilerplate </P>
boilerplate </TEXT></DOC>
""",
    "a newspaper's article with its fields in tags": f"""
boilerplate+title+boilerplate <Headline>بئر قديمة تحت مخزن الحبوب في القرية</Headline>
boilerplate+date+boilerplate <Dateline>2024-05-15</Dateline>
boilerplate <Text>{TEXT}boilerplate </Text>
""",
    "an export that names the article's fields": f"""
title      Title: بئر قديمة تحت مخزن الحبوب في القرية
date       Date: Wed, 15 May 2024 10:45:11 GMT
byline     Author: سالم الكعبي
source     Source: WAM
boilerplate URL: https://example.com/details.php?id=10121
section    Category: محليات
tags       Keywords: آبار, قرى, تراث
boilerplate+body Text: عثر مزارع في إحدى قرى الوادي على بئر قديمة أسفل مخزن الحبوب الذي ورثه عن جده.
{MORE}""",
    "the slug of a wire above its headline": f"""
boilerplate الوادي/آبار/آثار
title      بئر قديمة تحت مخزن الحبوب في القرية
{TEXT}""",
    "the first page of a paper that was in print": f"""
boilerplate العدد 41234 - السنة 126
date       الأربعاء 15 مايو 2024
title      بئر قديمة تحت مخزن الحبوب في القرية
byline     كتب - سالم الكعبي:
{TEXT}""",
    "what looks like a tag, and a tag inside of a line": f"""
{HEAD}
body       <القرية> كانت تعرف البئر <b>قبل</b> أن يولد أحد من أهلها الأحياء، كما قالت سجلات البلدية: 3 < 4 و5 > 2.
{MORE}""",
    "a dateline on a line of its own that names no agency": f"""
{HEAD}
caption    بغداد 15-5
{TEXT}""",
    "a page that stops for those who do not pay": f"""
{HEAD}{TEXT}
boilerplate هذا المحتوى متاح للمشتركين فقط
boilerplate هل أنت مشترك؟ تسجيل الدخول
""",
    "a known paper's name above the desk": f"""
boilerplate شبكة رصد
section    محليات
title      بئر قديمة تحت مخزن الحبوب في القرية
date       الأربعاء 15 مايو 2024 - 10:45
{TEXT}""",
    "an issue's date, a desk, a headline that asks": f"""
date       العدد 512 - الأربعاء 15 مايو 2024
section    ذاكرة المكان
title      من حفر البئر القديمة تحت مخزن الحبوب في القرية البعيدة؟
date       الأربعاء 15 مايو 2024 - 10:45
{TEXT}""",
    "a path from the front page": f"""
boilerplate الرئيسية/أهم الأخبار/أخبار القرى
title      بئر قديمة تحت مخزن الحبوب في القرية
date       الأربعاء 15 مايو 2024
{TEXT}""",
    "a caption that is a sentence with a credit": f"""
title      بئر قديمة تحت مخزن الحبوب في القرية
caption    جانب من البئر بعد تنظيفها. (الإنترنت)
date       الأربعاء 15 مايو 2024 - 10:45
{TEXT}""",
    "a caption credited to a paper with a number": f"""
{HEAD}
caption    من أعمال الحفر حول البئر القديمة (صوت 48)
share      استمع إلى المادة
{TEXT}""",
    "headings of the text listed above it": f"""
{HEAD}
boilerplate فهرس المقال
boilerplate بداية الحكاية
boilerplate رأي الخبراء
{TEXT}
heading    بداية الحكاية
{MORE}
heading    رأي الخبراء
body       وقال الخبراء إن الماء ما زال عذبا في البئر كلها.
""",
    "writers below one another": f"""
title      بئر قديمة تحت مخزن الحبوب في القرية
date       الأربعاء 15 مايو 2024 - 10:45
byline     أحمد عاشور
byline     سمر السيد
share      مشاركة عبر
{TEXT}""",
    "what a writer is, behind the name": f"""
title      بئر قديمة تحت مخزن الحبوب في القرية
byline     هند العسيري، صحافية وباحثة في التاريخ الشفوي
date       الأربعاء 15 مايو 2024 - 10:45
{TEXT}""",
    "a name in two alphabets": f"""
{HEAD}
byline     نوال بركات - Nawal Barakat
boilerplate Example 24
{TEXT}""",
    "tags in one line with nothing between them": f"""
{HEAD}{TEXT}
tags       البئر القديمة الحبوب القرية
""",
    "what describes a picture below the text": f"""
{HEAD}{TEXT}
body       مزارع يعمل في البئر
""",
    "a column's last words": f"""
{HEAD}{TEXT}
body       حفظ الله الوطن
""",
    "a list below the text": f"""
{HEAD}{TEXT}
body       دقيق القمح
body       زيت الزيتون
body       سمسم محمص
body       ملح خشن
""",
    "a sentence without its full stop": f"""
{HEAD}{TEXT}
body       ينتظر أهل القرية قرار البلدية حتى الصيف
""",
    "links below the text, each a headline and its date": f"""
{HEAD}{TEXT}
share      شارك الخبر
related    طقس الأيام المقبلة: أمطار متفرقة على السواحل
boilerplate 10:12 | 2024-05-14
""",
    "links below the comments": f"""
{HEAD}{TEXT}
boilerplate تعليقات
related    عناوين ذات صلة
related    مدرسة تزرع حديقتها
""",
    "a subheading below a list of links": f"""
{HEAD}{TEXT}
related    اقرأ أيضا
related    نافورة تعود إلى العمل بعد قرن من التوقف
heading    ترميم البئر
{MORE}""",
    "buttons without a space between them": f"""
{HEAD}
share      انشرWhatsAppTwitterFacebook
caption    صوت لا يشيخ
{TEXT}""",
    "a house's name and what it says, above a headline without a date": f"""
boilerplate البوصلة الجديدة
boilerplate صوتك في كل مكان وزمان
title      بئر قديمة تحت مخزن الحبوب في القرية
{TEXT}""",
    "a menu of desks above the headline": f"""
boilerplate الرئيسية
boilerplate محليات
boilerplate رياضة
title      بئر قديمة تحت مخزن الحبوب في القرية
date       الأربعاء 15 مايو 2024
{TEXT}""",
    "a desk and its country above the headline": f"""
section    محليات
section    السودان
title      بئر قديمة تحت مخزن الحبوب في القرية
date       الأربعاء 15 مايو 2024
{TEXT}""",
    "a letterhead above a press release": f"""
boilerplate إدارة العلاقات العامة والإعلام
boilerplate المكتب الإعلامي
date       التاريخ: 15 مايو 2024
boilerplate بيان صحفي
title      بئر قديمة تحت مخزن الحبوب في القرية
{TEXT}""",
    "a house's slogan above a picture's credit": f"""
boilerplate منظور عالمي قصص إنسانية
caption    © الأرشيف المصور. مزارع يقف أمام مخزن الحبوب.
title      بئر قديمة تحت مخزن الحبوب في القرية
date       15 مايو 2024
{TEXT}""",
    "a headline that is a saying, and a subtitle that is not": f"""
title      الماء يعود إلى أهله
heading    رحلة قصيرة مع من بقي هناك
{TEXT}""",
    "a short menu above a page that was made Markdown": f"""
boilerplate * الرئيسية
boilerplate * محليات
boilerplate * اقتصاد
boilerplate * رياضة
boilerplate * عالم
byline     ليلى حداد
title      # بئر قديمة تحت مخزن الحبوب في القرية
date       15 مايو 2024
date       02 : 00
{TEXT}
boilerplate روابط الموقع
""",
    "the fields of an export, its address among them": f"""
title      title: بئر قديمة تحت مخزن الحبوب في القرية
date       date: 2019-05-06 10:12:00
boilerplate url: https://example.org/details/48120
boilerplate text:
{TEXT}
tags       tags: آبار;حبوب
""",
    "tags behind their heading with nothing between them": f"""
{HEAD}{TEXT}
tags       كلمات دلالية البئر القديمة الحبوب
""",
    "a tag that is as long as a phrase, and one with a year": f"""
{HEAD}{TEXT}
tags       القرية
tags       بئر قديمة أسفل مخزن الحبوب
tags       آبار 2024
""",
    "an agency behind a place, and nothing behind it": f"""
{HEAD}
dateline+body عبري - العمانية دشن مستشفى عبري المرجعي اليوم مركبتين مجهزتين لنقل المرضى من القرى البعيدة إلى وحدة الغسيل.
{TEXT}""",
    "a place, and a word behind its dash": f"""
{HEAD}
dateline+body عبري - دشن مستشفى عبري المرجعي اليوم مركبتين مجهزتين لنقل المرضى من القرى البعيدة إلى وحدة الغسيل.
{TEXT}""",
    "a house that its own text names": f"""
boilerplate بئر الحكايات - المخزن
title      بئر قديمة تحت مخزن الحبوب في القرية
date       15 مايو 2024
{TEXT}
body       وقال الخبراء لـ«بئر الحكايات» إن الماء ما زال عذبا في البئر كلها.
""",
    "a word of the page between the headline and its date": f"""
title      بئر قديمة تحت مخزن الحبوب في القرية
boilerplate مختارات القراء من أرشيف القرية
share      فيسبوك
share      تويتر
share      واتساب
date       15 مايو 2024
byline     سليم حداد
{TEXT}""",
    "a portal's bar above its headline": f"""
date       الأحد 19 مايو 2024
boilerplate الوادي 24°C
boilerplate USD 3.75
section    محليات
title      بئر قديمة تحت مخزن الحبوب
date       15/05/2024 10:45 ص
{TEXT}
related    مواضيع قد تعجبك
related    مدرسة تزرع حديقتها
boilerplate هيئة التحرير
copyright  صوت الوادي 2024 - جميع الحقوق محفوظة
""",
    "a blog": f"""
boilerplate مدونة الوادي
section    حكايات من القرية
date       الأربعاء، 15 مايو 2013
title      بئر قديمة تحت مخزن الحبوب
{TEXT}
byline     مرسلة بواسطة سليم حداد في 10:45 ص
tags       التسميات: آبار, قرى, تراث
boilerplate ليست هناك تعليقات:
""",
    "most read below the text": f"""
{HEAD}{TEXT}
related    الأكثر قراءة
boilerplate 1
related    مدرسة تزرع حديقتها
boilerplate محليات
boilerplate 2
related    سوق الخميس يعود إلى الساحة
""",
    "a saying, its date, and what describes the picture": f"""
title      حين يضحك الماء
date       الأربعاء 15 مايو 2024 - 10:45
caption    مزارع أمام بئر قديمة أسفل مخزن الحبوب
{TEXT}""",
    "a saying, its date, and a picture's credit": f"""
title      حين يضحك الماء
date       الأربعاء 15 مايو 2024 - 10:45
caption    مزارع أمام بئر قديمة أسفل مخزن الحبوب (رويترز)
{TEXT}""",
    "a house, a date, and a headline right above the text": f"""
section    صوت الجبل
date       الأربعاء 15 مايو 2024 - 10:45
title      مزارع أمام بئر قديمة أسفل مخزن الحبوب
{TEXT}""",
    "a blog's form for comments": f"""
{HEAD}{TEXT}
boilerplate اترك تعليقاً إلغاء الرد
boilerplate لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *
boilerplate احفظ اسمي، بريدي الإلكتروني، والموقع الإلكتروني في هذا المتصفح لاستخدامها المرة المقبلة في تعليقي.
""",
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_line_is_what_it_is_on_the_page(page):
    lines = [line.split(None, 1) for line in page.split("\n") if line]
    text = "\n".join(said for _, said in lines)
    spans = SPLITTER.split(text)
    found = []
    begin = 0
    for _, said in lines:
        end = begin + len(said) + 1
        labels = [span.label for span in spans if begin <= span.start < end]
        found.append(["+".join(labels), said])
        begin = end
    assert found == lines


def test_lines_that_may_be_text_are_doubted():
    page = PAGES["two headlines between paragraphs"]
    text = "\n".join(line.split(None, 1)[1] for line in page.split("\n") if line)
    record = Parser(Options()).parse(text.encode())
    assert record.metadata.warnings == ["body-unsure"]


WRAPPED = """<DOC>
<HEADLINE>
بئر قديمة تحت مخزن الحبوب
في القرية
</HEADLINE>
<TEXT>
<P>
عثر مزارع في إحدى قرى الوادي على بئر قديمة أسفل مخزن
الحبوب الذي ورثه عن جده، وقدر خبراء عمرها بثلاثة قرون.
</P>
<P>
وقال المزارع إنه سمع صوتا أجوف حين سقط المعول
من يده.{}</P>
</TEXT>
</DOC>
"""


@pytest.mark.parametrize(
    ("before_end", "body"),
    [
        ("\n", "حين سقط المعول\nمن يده."),
        ("\n\nوكان المخزن\nخاليا.\n", "حين سقط المعول\n\nمن يده.\n\nوكان المخزن\n\nخاليا."),
    ],
    ids=["one paragraph", "two with a blank line between"],
)  # fmt: skip
def test_a_paragraph_between_its_tags_is_one_on_however_many_lines(before_end, body):
    raw = WRAPPED.format(before_end).encode()
    record = Parser(Options(align=True)).parse(raw)
    assert record.metadata.title == "بئر قديمة تحت مخزن الحبوب في القرية"
    assert record.metadata.body.startswith("عثر مزارع")
    assert record.metadata.body.endswith(body)
    assert record.metadata.word_count == len(record.metadata.body.split())
    at = record.metadata.body.index("سقط")
    place = locate(record.metadata.alignment, at, at + 3, of="body")
    assert raw.decode()[slice(*place.source)] == "سقط"
    assert record.text[slice(*place.text)] == "سقط"


def test_a_house_above_the_headline_is_no_doubt_about_the_text():
    page = PAGES["the slug of a wire above its headline"]
    text = "\n".join(line.split(None, 1)[1] for line in page.split("\n") if line)
    assert Parser(Options()).parse(text.encode()).metadata.warnings == []


def test_a_clock_on_the_line_below_belongs_to_its_day():
    lines = ["بئر قديمة تحت مخزن الحبوب", "15 مايو 2024", "10:45 م"]
    lines += [line.split(None, 1)[1] for line in TEXT.split("\n") if line]
    record = parse("\n\n".join(lines).encode())
    assert record.created == "2024-05-15T22:45"
    assert record.metadata.date_raw == "15 مايو 2024 10:45 م"
    assert record.metadata.date_precision == "minute"


@pytest.mark.parametrize(
    ("dates", "created", "dateline"),
    [
        (["العدد 512 - الأربعاء 15 مايو 2024", "15 مايو 2024 - 10:45"], "2024-05-15T10:45", None),
        (["15 مايو 2024", "تحديث: 16 مايو 2024 - 10:45"], "2024-05-15", None),
        (["تاريخ النشر: 15.05.2024 | 11:22 دمشق"], "2024-05-15T11:22", None),
        (["دمشق - 15.05.2024 | 11:22"], "2024-05-15T11:22", "دمشق"),
        (["15 مايو 2024", "16 مايو 2024 - 10:45"], "2024-05-15", None),
    ],
    ids=["an issue's", "updated", "a clock's city", "a dateline", "a later one"],
)  # fmt: skip
def test_the_dates_above_a_text(dates, created, dateline):
    lines = ["بئر قديمة تحت مخزن الحبوب", *dates]
    lines += [line.split(None, 1)[1] for line in TEXT.split("\n") if line]
    record = parse("\n".join(lines).encode())
    assert (record.created, record.metadata.dateline) == (created, dateline)


@pytest.mark.parametrize(
    ("title", "prefix", "authors"),
    [
        ("لا تبيعوا الجرس! – بقلم جورج معلولي", "", ["جورج معلولي"]),
        ("رسالة بقلم رصاص", "", []),
        ("بئر في القرية", "الثورة – حماة – سهاد الحموي: ", ["سهاد الحموي"]),
        ("بئر في القرية", "الثورة – حماة – زرقاء الحموي: ", ["زرقاء الحموي"]),
        ("بئر في القرية", "القاهرة: «الشرق الأوسط» — ", []),
    ],
)
def test_who_is_named_in_a_headline_or_before_the_text(title, prefix, authors):
    lines = [line.split(None, 1)[1] for line in TEXT.split("\n") if line]
    record = parse(
        "\n".join([title, "15 مايو 2024", prefix + lines[0], lines[1]]).encode()
    )
    assert record.metadata.title == title
    assert record.metadata.authors == authors
    assert record.metadata.body.startswith("عثر مزارع")


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        ("البئر الأثرية الحبوب الآبار", ["البئر الأثرية", "الحبوب", "الآبار"]),
        ("كلمات دلالية مخزن الحبوب الآبار", ["مخزن الحبوب", "الآبار"]),
        ("وسوم: البئر، مخزن الحبوب", ["البئر", "مخزن الحبوب"]),
        ("وسوم: [16]البئر [17]القرية", ["البئر", "القرية"]),
        ("tags: [آبار, قرى, تراث]", ["آبار", "قرى", "تراث"]),
    ],
)
def test_tags_are_told_apart(line, tags):
    lines = [line.split(None, 1)[1] for line in (HEAD + TEXT).split("\n") if line]
    assert parse("\n".join([*lines, line]).encode()).metadata.tags == tags


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ('title: "نافورة تعود إلى العمل"', "نافورة تعود إلى العمل"),
        ("العنوان: «النافورة» تعود إلى العمل", "«النافورة» تعود إلى العمل"),
        ('العنوان: "نافورة" و"بئر"', '"نافورة" و"بئر"'),
        ("العنوان: نافورة تعود «إلى العمل»", "نافورة تعود «إلى العمل»"),
    ],
)
def test_a_headline_behind_its_field_keeps_its_quotation_marks(printed, title):
    text = "\n".join(line.split(None, 1)[1] for line in TEXT.split("\n") if line)
    assert parse(f"{printed}\n\n{text}".encode()).metadata.title == title


def test_the_day_above_the_headline_is_the_page_s_where_a_clock_is_below_it():
    lines = [line.split(None, 1)[1] for line in TEXT.split("\n") if line]
    page = [
        "الأحد 19 مايو 2024",
        "بئر قديمة تحت مخزن الحبوب",
        "15/05/2024 10:45 ص",
        *lines,
    ]
    assert parse("\n".join(page).encode()).created == "2024-05-15T10:45"
