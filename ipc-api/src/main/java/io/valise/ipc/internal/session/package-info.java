/**
 * One {@link io.valise.ipc.internal.session.Session} per link, the same for every transport: its greeting, its sending
 * and receiving halves, and the rule of who reads.
 */
@NullMarked
package io.valise.ipc.internal.session;

import org.jspecify.annotations.NullMarked;
