/**
 * The layout of frames: how they are written, put together from fragments, and how long they may be.
 */
@NullMarked
package io.valise.ipc.internal.frame;

import org.jspecify.annotations.NullMarked;
