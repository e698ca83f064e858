/**
 * One {@link io.valise.ipc.internal.session.Session} per link: correlation, dispatch, streams, deadlines and the rule
 * of who reads, done once for every transport.
 */
@NullMarked
package io.valise.ipc.internal.session;

import org.jspecify.annotations.NullMarked;
