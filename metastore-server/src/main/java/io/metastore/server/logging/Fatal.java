package io.metastore.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/** Marks the last event of a process that ends because of it; SLF4J has no such level, etcd's logs have. */
public final class Fatal {
    public static final Marker MARKER = MarkerFactory.getMarker("FATAL");

    private Fatal() {}

    static boolean is(ILoggingEvent event) {
        return event.getMarkerList() != null && event.getMarkerList().contains(MARKER);
    }
}
