//! Untrusted JSON: its cost in memory is known before it is built.

use serde::de::DeserializeOwned;

/// The additional cost of an object: its table and its first entries.
const OBJECT: u64 = 3;

/// Returns about how many values a JSON text would become, an object counting
/// for several. One takes about 100 bytes of memory as a `serde_json::Value`,
/// whatever it takes in the text: `[0,0,0…]` has one in every two bytes.
///
/// Nothing is checked: for a text that is not JSON, any number is returned.
pub fn weight_of_json(text: &[u8]) -> u64 {
    let (mut weight, mut quoted, mut escaped) = (1, false, false);
    for byte in text {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b',' | b':' | b'[' => weight += 1,
            b'{' => weight += 1 + OBJECT,
            _ => {}
        }
    }
    weight
}

/// Reads JSON that may become at most `most` values, see [`weight_of_json`].
/// The caller bounds the length of the text.
pub fn read_json<T: DeserializeOwned>(text: &[u8], most: u64) -> serde_json::Result<T> {
    if weight_of_json(text) > most {
        return Err(serde::de::Error::custom(format!("it has more than {most} values")));
    }
    serde_json::from_slice(text)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn values_are_counted_and_the_content_of_strings_is_not() {
        assert_eq!(weight_of_json(b"0"), 1);
        assert_eq!(weight_of_json(b"[0,0,0]"), 4);
        assert_eq!(weight_of_json(br#"{"a":0,"b":[1]}"#), 9);
        assert_eq!(weight_of_json(br#""a,b:[{\",\\""#), 1);
        assert_eq!(weight_of_json(br#"["\\",0]"#), 3);
    }

    #[test]
    fn what_would_become_too_many_values_is_refused_before_it_is_built() {
        let zeros = format!("[{}0]", "0,".repeat(999));
        assert!(read_json::<Value>(zeros.as_bytes(), 1000).is_err_and(|e| e.to_string().contains("1000")));
        assert_eq!(read_json::<Value>(zeros.as_bytes(), 1001).expect("it is JSON"), json!(vec![0; 1000]));
    }
}
