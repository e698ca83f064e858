/**
 * What the parts of a session have in common: pieces of work, who does them and when, how much waits, how long
 * something may take.
 */
@NullMarked
package io.valise.ipc.internal.work;

import org.jspecify.annotations.NullMarked;
