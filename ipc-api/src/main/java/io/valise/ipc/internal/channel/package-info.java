/**
 * What both directions of a connection share: its state, and the sending of frames.
 */
@NullMarked
package io.valise.ipc.internal.channel;

import org.jspecify.annotations.NullMarked;
