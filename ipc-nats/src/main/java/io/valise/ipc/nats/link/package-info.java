/**
 * Streams of bytes over subjects: each process has one inbox, a subject below it is one end of a link. What NATS does not
 * promise is added here: no gap goes unnoticed, and no sender sends more than the receiver has room for.
 */
@NullMarked
package io.valise.ipc.nats.link;

import org.jspecify.annotations.NullMarked;
