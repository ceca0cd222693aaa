package io.metastore.storage.bolt;

/** Takes the pages of a file in their order. */
interface PageSink {

    /** Whether the content of pages matters, or only their sizes. */
    boolean wantsContent();

    /** Takes a page and returns its id: one page after the other, but for those that one takes more. */
    long take(OpenPage page);
}
