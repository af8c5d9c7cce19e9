//! Entities of XML.

/// Resolves the entities of XML.
pub fn xml_unescaped(text: &str) -> String {
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, behind)) = rest.split_once('&') {
        plain.push_str(before);
        let end = behind.bytes().take(9).position(|byte| byte == b';');
        let entity = end.map(|end| (&behind[..end], &behind[end + 1..]));
        let resolved = entity.and_then(|(name, after)| Some((entity_char(name)?, after)));
        rest = match resolved {
            Some((c, after)) => {
                plain.push(c);
                after
            }
            None => {
                plain.push('&');
                behind
            }
        };
    }
    plain.push_str(rest);
    plain
}

fn entity_char(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(number)
        }
    }
}
