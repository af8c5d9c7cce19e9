//! The paths that a text names: of its `use` trees, and in its code.

/// Returns the paths in a text: of `pub use` alone, or all others.
pub fn paths_in(code: &str, exports: bool) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut rest = code;
    while let Some((at, public)) = next_use(rest) {
        if !exports {
            paths.extend(inline(&rest[..at]));
        }
        let tree = &rest[at..];
        let end = tree.find(';').unwrap_or(tree.len());
        if public == exports {
            expand(tree[..end].trim_start_matches("use "), &[], &mut paths);
        }
        rest = &tree[end..];
    }
    if !exports {
        paths.extend(inline(rest));
    }
    paths
}

/// Finds the next `use`, and whether it exports.
fn next_use(code: &str) -> Option<(usize, bool)> {
    let mut from = 0;
    while let Some(found) = code[from..].find("use ") {
        let at = from + found;
        let line = code[..at].rfind('\n').map_or(0, |end| end + 1);
        let before = code[line..at].trim();
        if before.is_empty() {
            return Some((at, false));
        }
        if before.starts_with("pub") && !before.contains("fn ") {
            return Some((at, true));
        }
        from = at + 4;
    }
    None
}

/// Expands a use tree into paths; an alias is left out.
fn expand(tree: &str, before: &[String], paths: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let name = tree.split(" as ").next().unwrap_or(tree);
        let mut path = before.to_vec();
        path.extend(name.split("::").map(|part| part.trim().to_owned()).filter(|part| part != "self"));
        if name.trim_start().starts_with("self") && before.is_empty() {
            path.insert(0, "self".to_owned());
        }
        paths.push(path);
        return;
    };
    let mut path = before.to_vec();
    path.extend(tree[..open].split("::").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()));
    let inside = tree[open + 1..].trim_end().trim_end_matches('}');
    let (mut depth, mut start) = (0, 0);
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand_item(&inside[start..at], &path, paths);
                start = at + 1;
            }
            _ => {}
        }
    }
    expand_item(&inside[start..], &path, paths);
}

fn expand_item(item: &str, path: &[String], paths: &mut Vec<Vec<String>>) {
    if !item.trim().is_empty() {
        expand(item, path, paths);
    }
}

/// Returns the paths in code that begin with `crate`, `self` or `super`.
fn inline(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for word in ["crate::", "super::", "self::"] {
        let mut from = 0;
        while let Some(found) = code[from..].find(word) {
            let at = from + found;
            from = at + word.len();
            let whole = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            if !whole {
                let name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
                let path: String = code[at..].chars().take_while(|c| name(*c)).collect();
                let parts = path.split("::").filter(|part| !part.is_empty());
                paths.push(parts.map(str::to_owned).collect());
            }
        }
    }
    paths
}
