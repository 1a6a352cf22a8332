-- How exports write a value: small functions for the cells of `formats/*.yaml`; text comes out, missing stays missing.
CREATE TEMP MACRO cents(x) AS x::DECIMAL(18,2);
CREATE TEMP MACRO whole(x) AS x::BIGINT::VARCHAR;
CREATE TEMP MACRO yuan(x) AS cents(x)::VARCHAR;
CREATE TEMP MACRO fen(x) AS (cents(x) * 100)::BIGINT::VARCHAR;
CREATE TEMP MACRO thousands(x) AS format('{:,.2f}', x::DOUBLE);
CREATE TEMP MACRO thousands_whole(x) AS format('{:,}', x::BIGINT);
CREATE TEMP MACRO decimal_comma(x) AS replace(replace(replace(thousands(x), ',', '#'), '.', ','), '#', '.');
CREATE TEMP MACRO percent(x) AS format('{:.2f}%', x * 100);
CREATE TEMP MACRO wan(x) AS CASE WHEN x >= 10000 THEN format('{:.2f}' || chr(19975), x / 10000.0) ELSE x::VARCHAR END;
CREATE TEMP MACRO share(part, of_all) AS part / nullif(of_all, 0);
CREATE TEMP MACRO symbol() AS coalesce(MAP {'CNY': '¥', 'USD': '$', 'GBP': '£', 'EUR': '€', 'BRL': 'R$'}[currency()], '');
CREATE TEMP MACRO dash(x) AS coalesce(x::VARCHAR, '-');
-- Ids, guarded against spreadsheets
CREATE TEMP MACRO excel_id(x) AS '="' || coalesce(x, '') || '"';
CREATE TEMP MACRO tabbed(x) AS chr(9) || x;
CREATE TEMP MACRO apostrophe(x) AS '''' || x;
-- Times, local to the store unless it is said otherwise
CREATE TEMP MACRO stamp(t) AS strftime(t, '%Y-%m-%d %H:%M:%S');
CREATE TEMP MACRO slashed(t) AS strftime(t, '%Y/%m/%d %H:%M:%S');
CREATE TEMP MACRO utc(t) AS timezone('UTC', timezone(zone(), t));
CREATE TEMP MACRO ahead(t) AS date_diff('minute', utc(t), t);
CREATE TEMP MACRO zone_offset(t, colon) AS CASE WHEN ahead(t) < 0 THEN '-' ELSE '+' END
    || format('{:02d}{}{:02d}', abs(ahead(t)) // 60, colon, abs(ahead(t)) % 60);
-- Numbers that only need to look right, always the same for the same text
CREATE TEMP MACRO lot(x, sides) AS (md5_number_lower(x) % sides)::BIGINT;
CREATE TEMP MACRO ten_to(n) AS ('1' || repeat('0', n))::HUGEINT;
CREATE TEMP MACRO digits(x, size) AS CASE WHEN regexp_full_match(x, '\d{' || size || '}') THEN x
    ELSE (ten_to(size - 1) + md5_number_lower(x) % (9 * ten_to(size - 1)))::VARCHAR END;
CREATE TEMP MACRO zoned(t) AS stamp(t) || ' ' || zone_offset(t, '');
CREATE TEMP MACRO spaced_comma(x) AS replace(replace(thousands(x), ',', chr(160)), '.', ',');
