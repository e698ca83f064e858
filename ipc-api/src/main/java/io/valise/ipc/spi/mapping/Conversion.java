package io.valise.ipc.spi.mapping;

/**
 * What converters are given beside the values of one message. The library's own need nothing; converters of other modules,
 * such as that of references to remote objects, find here what they need.
 */
public interface Conversion {
    /** For values that need nothing else. */
    Conversion NONE = new Conversion() {};
}
