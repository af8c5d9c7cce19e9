//! How many threads and how much queued work the memory allows.

#[cfg(unix)]
use crate::error::Error;
use crate::error::Result;

/// What an import needs besides its workers, in bytes: the buffers of the reading thread
/// and of the batch, and reading one stream.
const FIXED: u64 = 72 << 20;

/// What a worker needs with little work queued for it, in bytes.
const WORKER: u64 = 56 << 20;

/// What a longer queue needs for each worker, in bytes.
const WAITING: u64 = 48 << 20;

/// The number of threads, and the lengths of their queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// How many workers.
    pub workers: usize,
    /// How many chunks may wait before they are read, for each worker.
    pub jobs: usize,
    /// How many results may wait before they are written, for each worker.
    pub results: usize,
}

/// Determines what the memory allows: a limit of the process (`ulimit -v`) is kept to,
/// since memory that is refused later ends the program.
pub fn room() -> Result<Resources> {
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    #[cfg(unix)]
    if let Some(limit) = rustix::process::getrlimit(rustix::process::Resource::As).current {
        let used = used();
        return fits(limit.saturating_sub(used), most).ok_or_else(|| {
            let needed = (used + FIXED + WORKER).div_ceil(1 << 20);
            let limit = limit >> 20;
            Error::case(format!("at least {needed} MB of memory are needed to import, {limit} may be used"))
                .hint("Raise the limit, see `ulimit -v`.")
        });
    }
    Ok(Resources { workers: most, jobs: 2, results: 8 })
}

/// Returns what fits into `free` bytes; `None` if not even one worker does.
#[cfg(any(unix, test))]
fn fits(free: u64, most: usize) -> Option<Resources> {
    let left = free.checked_sub(FIXED + WORKER)?;
    let all = most as u64;
    if left >= (all - 1) * WORKER + all * WAITING {
        return Some(Resources { workers: most, jobs: 2, results: 8 });
    }
    let workers = most.min(1 + (left / WORKER) as usize);
    Some(Resources { workers, jobs: 1, results: 2 })
}

/// Returns how many bytes of address space the process has taken so far.
#[cfg(unix)]
fn used() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let size = text.lines().find_map(|line| line.strip_prefix("VmSize:")?.trim().strip_suffix(" kB"));
    size.and_then(|size| size.parse::<u64>().ok()).map_or(64 << 20, |size| size << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_memory_gives_fewer_workers_and_too_little_none() {
        let room = |workers, jobs, results| Some(Resources { workers, jobs, results });
        assert_eq!(fits(1 << 40, 8), room(8, 2, 8));
        assert_eq!(fits(FIXED + 3 * WORKER, 8), room(3, 1, 2));
        assert_eq!(fits(FIXED + WORKER, 8), room(1, 1, 2));
        assert_eq!(fits(FIXED + WORKER - 1, 8), None);
    }
}
