//! Spreads the frames of a batch over all processors.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{Error, Result};

use crate::evidence::{SourceHandle, Store};

use super::RecordDecoder;

/// The frames of a batch, each a unit of work for any processor.
pub(super) struct Frames {
    /// The sources, by their position in the batch, and how each is read.
    pub sources: Vec<(SourceHandle, RecordDecoder)>,
    frames: Vec<(usize, usize, u64)>,
}

/// A frame, and how its source is read.
pub(super) struct FrameOf<'a> {
    /// The source's position in its batch.
    pub key: u64,
    /// The source.
    pub at: SourceHandle,
    /// How it is read.
    pub reading: &'a RecordDecoder,
    /// The frame's number in the source.
    pub frame: usize,
    /// The length of its content.
    pub length: u64,
}

impl Frames {
    /// Lists the frames of a batch.
    pub fn of(store: &Store, number: u32) -> Result<Frames> {
        let manifest = store.manifests().find(|(batch, _)| *batch == number).map(|(_, manifest)| manifest);
        let found = manifest.map_or(&[][..], |manifest| &manifest.sources);
        let sources = found.iter().enumerate();
        let sources =
            sources.map(|(row, found)| Ok((SourceHandle { batch: number, row }, RecordDecoder::of(found)?)));
        let frames = found.iter().enumerate().flat_map(|(source, found)| {
            found.frames.iter().enumerate().map(move |(n, frame)| (source, n, frame.raw_length))
        });
        Ok(Frames { sources: sources.collect::<Result<_>>()?, frames: frames.collect() })
    }

    /// Lists the frames of one source, to be read with the given decoder.
    pub fn of_source(store: &Store, at: SourceHandle, reading: RecordDecoder) -> Frames {
        let frames = store.row(at).frames.iter().enumerate();
        let frames = frames.map(|(n, frame)| (0, n, frame.raw_length)).collect();
        Frames { sources: vec![(at, reading)], frames }
    }

    /// Does work on each frame, on every processor; each thread has its own `T`, which is returned.
    pub fn each<T: Send>(
        &self,
        begin: impl Fn() -> T + Sync,
        work: impl Fn(&mut T, &FrameOf<'_>) -> Result<()> + Sync,
    ) -> Result<Vec<T>> {
        let next = AtomicUsize::new(0);
        let run = || {
            let mut own = begin();
            while let Some(&(source, frame, length)) = self.frames.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (at, reading) = &self.sources[source];
                let frame = FrameOf { key: source as u64, at: *at, reading, frame, length };
                if let Err(error) = work(&mut own, &frame) {
                    // The other threads need not go on.
                    next.store(self.frames.len(), Ordering::Relaxed);
                    return Err(error);
                }
            }
            Ok(own)
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            let threads = threads.min(self.frames.len().max(1));
            let handles: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            let broken = || Error::case("a thread that was reading the evidence failed");
            handles.into_iter().map(|handle| handle.join().unwrap_or_else(|_| Err(broken()))).collect()
        })
    }
}
