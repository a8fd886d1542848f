// Date lines as ICU writes them: Arabic locales, native digits, four calendars.
// One JSON object a line; `node bench/icu_dates.js [seed]`.
"use strict";

const LOCALES = "ar ar-001 ar-AE ar-BH ar-DJ ar-DZ ar-EG ar-EH ar-ER ar-IL ar-IQ ar-JO ar-KM ar-KW ar-LB ar-LY ar-MA ar-MR ar-OM ar-PS ar-QA ar-SA ar-SD ar-SO ar-SS ar-SY ar-TD ar-TN ar-YE".split(" ");
const ZONES = "UTC Africa/Cairo Asia/Riyadh Asia/Dubai Africa/Algiers Africa/Casablanca Asia/Beirut Asia/Baghdad Europe/London Asia/Jerusalem Asia/Tehran America/New_York".split(" ");
const STYLES = ["full", "long", "medium", "short"];

let state = Number(process.argv[2] || 1);
function random(below) {
  state = (state * 1103515245 + 12345) % 2147483648;
  return Math.floor((state / 2147483648) * below);
}

function local(moment, timeZone) {
  const parts = new Intl.DateTimeFormat("en-CA-u-ca-gregory-nu-latn", {
    timeZone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "longOffset",
  }).formatToParts(moment);
  const get = (type) => parts.find((part) => part.type === type).value;
  const offset = /([+-])(\d\d):(\d\d)/.exec(get("timeZoneName"));
  const minutes = offset ? (offset[1] === "-" ? -1 : 1) * (offset[2] * 60 + +offset[3]) : 0;
  return {
    date: `${get("year").padStart(4, "0")}-${get("month")}-${get("day")}`,
    time: `${get("hour")}:${get("minute")}:${get("second")}`,
    minutes,
  };
}

function vector(locale, calendar, dateStyle, timeStyle, month) {
  const timeZone = ZONES[random(ZONES.length)];
  // Umm al-Qura tables of ICU and of hijridate are the same for 1420 to 1449 AH only.
  const year = calendar === "gregory" ? 1980 + random(60) : 2000 + random(27);
  const moment = new Date(Date.UTC(year, month, 1 + random(28), random(24), random(60), random(60)));
  const options = { dateStyle, timeZone };
  if (timeStyle) options.timeStyle = timeStyle;
  const text = new Intl.DateTimeFormat(`${locale}-u-ca-${calendar}`, options).format(moment);
  const seen = local(moment, timeZone);
  const row = { text, expected: seen.date, precision: "date", locale, calendar,
    format: (timeStyle ? "datetime/" : "date/") + dateStyle };
  if (timeStyle) {
    const seconds = timeStyle === "short" ? "" : seen.time.slice(5);
    row.expected += "T" + seen.time.slice(0, 5) + seconds;
    row.precision = "datetime";
    if (timeStyle === "full" || timeStyle === "long") row.offset_min = seen.minutes;
  }
  return row;
}

for (const locale of LOCALES)
  for (const style of STYLES)
    for (let month = 0; month < 12; month++) {
      for (const calendar of ["gregory", "islamic-umalqura"]) {
        console.log(JSON.stringify(vector(locale, calendar, style, null, month)));
        console.log(JSON.stringify(vector(locale, calendar, style, style, month)));
      }
      if (month % 4 === 0)
        for (const calendar of ["islamic-civil", "islamic-tbla"])
          console.log(JSON.stringify(vector(locale, calendar, style, null, month)));
    }
