//! What names of paths and agents tell about who asks for them.

/// Ends of names of files that pages load by themselves.
const STATIC: [&str; 28] = [
    ".css",
    ".js",
    ".mjs",
    ".map",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".svg",
    ".ico",
    ".webp",
    ".avif",
    ".bmp",
    ".woff",
    ".woff2",
    ".ttf",
    ".otf",
    ".eot",
    ".mp3",
    ".mp4",
    ".webm",
    ".ogg",
    ".wasm",
    ".webmanifest",
    ".swf",
    ".cur",
    ".m3u8",
    ".ts",
];

/// Names (after a slash) of what a visitor does not ask for: secrets, repositories, consoles.
const SENSITIVE_STARTS: [&str; 34] = [
    ".env",
    ".git",
    ".svn",
    ".hg",
    ".cvs",
    ".bzr",
    ".aws",
    ".ssh",
    ".docker",
    ".kube",
    ".htaccess",
    ".htpasswd",
    ".bash",
    ".zsh",
    ".profile",
    ".forward",
    ".config",
    ".cache",
    ".ds_store",
    ".idea",
    ".vscode",
    ".npmrc",
    ".netrc",
    ".mysql_history",
    ".wp-config",
    "wp-config",
    "id_rsa",
    "phpinfo",
    "phpmyadmin",
    "adminer",
    "web.config",
    "server-status",
    "cgi-bin/",
    "actuator",
];

/// Parts of paths that a visitor does not ask for.
const SENSITIVE_PARTS: [&str; 20] = [
    "/etc/passwd",
    "/etc/shadow",
    "/proc/self",
    "win.ini",
    "boot.ini",
    "/web-inf/",
    "/meta-inf/",
    "/vendor/phpunit",
    "/wp-json/wp/v2/users",
    "/xmlrpc.php",
    "/pma/",
    "/manager/html",
    "/jmx-console",
    "/solr/admin",
    "/hnap1",
    "/boaform",
    "/cgi-bin/luci",
    "/setup.cgi",
    "/_ignition",
    "/autodiscover/autodiscover.json",
];

/// Ends of names of copies and exports left behind.
const SENSITIVE_ENDS: [&str; 22] = [
    ".bak",
    ".old",
    ".orig",
    ".original",
    ".save",
    ".swp",
    ".swo",
    "~",
    ".sql",
    ".sql.gz",
    ".sqlite",
    ".mdb",
    ".dump",
    ".tar.gz",
    ".tgz",
    ".7z",
    ".rar",
    ".pem",
    ".key",
    ".p12",
    ".pfx",
    ".inc",
];

/// Parts of requests (decoded, in lower case) that attack rather than ask.
const ATTACKS: [&str; 34] = [
    "../",
    "..\\",
    "/etc/passwd",
    "/etc/shadow",
    "/etc/group",
    "/etc/hosts",
    "/proc/self/",
    "win.ini",
    "boot.ini",
    "union select",
    "union all select",
    " or 1=1",
    "' or '",
    "\" or \"",
    "sleep(",
    "benchmark(",
    "waitfor delay",
    "pg_sleep",
    "information_schema",
    "<script",
    "javascript:",
    "onerror=",
    "onload=",
    "alert(",
    "${jndi:",
    "php://",
    "expect://",
    "=http://",
    "=https://",
    "cmd.exe",
    "/bin/sh",
    "/bin/bash",
    ";wget ",
    "|cat ",
];

/// Names by which scanners tell what they are.
const SCANNERS: [&str; 40] = [
    "nikto",
    "sqlmap",
    "nmap",
    "masscan",
    "zgrab",
    "gobuster",
    "dirbuster",
    "dirb",
    "ffuf",
    "wfuzz",
    "feroxbuster",
    "nuclei",
    "wpscan",
    "acunetix",
    "netsparker",
    "invicti",
    "nessus",
    "openvas",
    "qualys",
    "arachni",
    "w3af",
    "skipfish",
    "havij",
    "zmeu",
    "jorgee",
    "whatweb",
    "fimap",
    "commix",
    "hydra",
    "burpsuite",
    "owasp zap",
    "zaproxy",
    "l9explore",
    "l9tcpid",
    "httpx -",
    "joomscan",
    "dirsearch",
    "webinspect",
    "vega/",
    "morfeus",
];

/// Names by which crawlers, monitors and readers tell what they are.
const CRAWLERS: [&str; 27] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "archive",
    "feed",
    "rss",
    "reader",
    "monitor",
    "uptime",
    "pingdom",
    "health",
    "checker",
    "nagios",
    "zabbix",
    "prometheus",
    "kube-probe",
    "statuscake",
    "datadog",
    "newrelic",
    "facebookexternal",
    "preview",
    "validator",
    "lighthouse",
    "wget/",
    "httrack",
    "google",
];

/// Returns a path or query in lower case, percent signs decoded up to three times.
pub fn decoded(text: &str) -> String {
    let mut bytes = text.as_bytes().to_ascii_lowercase();
    for _ in 0..3 {
        if !bytes.contains(&b'%') {
            break;
        }
        bytes = decoded_once(&bytes);
        bytes.make_ascii_lowercase();
    }
    String::from_utf8_lossy(&bytes).replace('+', " ")
}

/// Returns bytes with each percent sign and two digits replaced by what they mean.
fn decoded_once(bytes: &[u8]) -> Vec<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|byte| (*byte as char).to_digit(16));
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// Returns a path without its query.
pub fn without_query(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or(path)
}

/// Returns whether a path names a file that pages load by themselves.
pub fn is_static(path: &str) -> bool {
    let path = without_query(path).to_ascii_lowercase();
    STATIC.iter().any(|end| path.ends_with(end))
}

/// Returns whether a path (decoded) names what visitors do not ask for.
pub fn is_sensitive(decoded: &str) -> bool {
    let path = without_query(decoded);
    let inside =
        |start: &str| path.match_indices(start).any(|(at, _)| at == 0 || path.as_bytes()[at - 1] == b'/');
    let plugin =
        (path.contains("/wp-content/") || path.contains("/wp-admin/") || path.contains("/wp-includes/"))
            && (path.ends_with(".php") || path.contains("readme") || path.contains("changelog"));
    plugin
        || SENSITIVE_STARTS.iter().any(|start| inside(start))
        || SENSITIVE_PARTS.iter().any(|part| path.contains(part))
        || SENSITIVE_ENDS.iter().any(|end| path.ends_with(end))
}

/// Returns whether a request (decoded, with its query) attacks rather than asks.
pub fn is_attack(decoded: &str) -> bool {
    ATTACKS.iter().any(|part| decoded.contains(part))
}

/// Returns whether an agent says that it is a scanner.
pub fn is_scanner(agent: &str) -> bool {
    let agent = agent.to_ascii_lowercase();
    SCANNERS.iter().any(|name| agent.contains(name))
}

/// Returns whether an agent says that it is a crawler, a monitor or a reader of feeds.
pub fn is_crawler(agent: &str) -> bool {
    let agent = agent.to_ascii_lowercase();
    !is_scanner(&agent) && CRAWLERS.iter().any(|name| agent.contains(name))
}

/// Returns the folder of a path, with its last slash.
pub fn folder(path: &str) -> &str {
    let path = without_query(path);
    path.rfind('/').map_or("", |at| &path[..=at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_is_encoded_twice() {
        assert_eq!(decoded("/%252E%252e%252Ffoo"), "/../foo");
        assert_eq!(decoded("/a%2"), "/a%2");
        assert_eq!(decoded("/?q=1+OR+1%3D1"), "/?q=1 or 1=1");
    }

    #[test]
    fn tells_sensitive_names() {
        for path in [
            "/.env",
            "/x/.git/head",
            "/wp-config.php.bak",
            "/a/backup.sql",
            "/wp-content/plugins/x/readme.txt",
            "/shop/phpinfo.php",
        ] {
            assert!(is_sensitive(path), "{path}");
        }
        for path in [
            "/environment",
            "/wp-content/plugins/x/style.css",
            "/news/git",
            "/about",
            "/?next=/.env",
            "/.well-known/security.txt",
        ] {
            assert!(!is_sensitive(path), "{path}");
        }
    }

    #[test]
    fn tells_attacks() {
        for path in [
            "/%2fetc%2fpasswd",
            "/%252E%252E%252Ffoo1",
            "/c:/win.ini",
            "/i.php?p=http://h.example/r.txt",
            "/?id=1%27%20OR%20%271",
        ] {
            assert!(is_attack(&decoded(path)), "{path}");
        }
        assert!(!is_attack(&decoded("/search?q=select+a+valve")));
    }

    #[test]
    fn tells_agents() {
        assert!(is_scanner("Mozilla/5.00 (Nikto/2.1.6)"));
        assert!(is_crawler("Mozilla/5.0 (compatible; Googlebot/2.1)") && is_crawler("ELB-HealthChecker/2.0"));
        assert!(!is_crawler("Mozilla/5.0 (X11; Linux x86_64; rv:137.0) Gecko/20100101 Firefox/137.0"));
    }

    #[test]
    fn folders_and_static_files() {
        assert_eq!(folder("/intra/upload.php?a=/b"), "/intra/");
        assert_eq!(folder("x"), "");
        assert!(is_static("/app.js?v=2") && !is_static("/app.jsp"));
    }
}
