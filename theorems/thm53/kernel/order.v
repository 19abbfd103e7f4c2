(** * The shorted operator *)
From mathcomp Require Import all_ssreflect all_algebra.
From Geometry Require Import forms semidefinite subspaces pseudoinverse.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Order.
Variable F : realFieldType.

(** I/V = I - I V (V^T I V)^+ V^T I.  The subspace V is the row space of the matrix [V]: its columns are those of [V^T]. *)
Definition shorted p m (I : 'M[F]_p) (V : 'M[F]_(m, p)) : 'M[F]_p :=
  I - I *m V^T *m pseudoinverse (V *m I *m V^T) *m V *m I.

(** [A] is a matrix as in the theorem: 0 ⪯ A ⪯ I and A V = 0. *)
Definition admissible p m (I A : 'M[F]_p) (V : 'M[F]_(m, p)) : Prop :=
  [/\ psd A, A ⪯ I & V *m A = 0].

(** A (V y) = 0 for all y says the same as [V *m A = 0]. *)
Lemma admissible_rows p m (A : 'M[F]_p) (V : 'M[F]_(m, p)) :
  V *m A = 0 <-> forall x : 'rV_p, (x <= V)%MS -> x *m A = 0.
Proof.
split=> [VA x /submxP[y ->]|h]; first by rewrite -mulmxA VA mulmx0.
by apply/row_matrixP => i; rewrite row_mul row0 h ?row_sub.
Qed.

Lemma quad_shift p (A : 'M[F]_p) (x w : 'rV[F]_p) : sym A -> w *m A = 0 -> quad A (x - w) = quad A x.
Proof.
move=> sA wA; rewrite quadD_sym // quadN /quad formNr [form A w w]/form [form A x w]form_sym //.
by rewrite /form wA !mul0mx !mxE oppr0 mulr0 !addr0.
Qed.

Section Shorted.
Variables (p m : nat) (I : 'M[F]_p) (V : 'M[F]_(m, p)).
Hypothesis psdI : psd I.
Let B := V *m I *m V^T.
Let K := pseudoinverse B.

Lemma psdB : psd B. Proof. exact: psd_congr. Qed.

Lemma sym_shorted : sym (shorted I V).
Proof.
have [sI _] := psdI; have sK : K^T = K := pseudoinverse_sym (psd_sym psdB).
by rewrite /shorted -/B -/K; apply: symB => //; rewrite /sym !trmx_mul trmxK sI sK !mulmxA.
Qed.

(** V I V^T K V I = V I: the projection loses nothing. *)
Lemma projection : B *m K *m (V *m I) = V *m I.
Proof.
have [k1 _ _ _] := pseudoinverseP B; rewrite -/K in k1.
apply/eqP; rewrite -subr_eq0; apply/eqP.
have -> : B *m K *m (V *m I) - V *m I = (B *m K - 1%:M) *m V *m I.
  by rewrite !mulmxBl mul1mx !mulmxA.
apply: psd_kernel_rows => //; rewrite trmx_mul !mulmxA.
rewrite -[_ *m V *m I]mulmxA -[_ *m (V *m I) *m V^T]mulmxA -/B mulmxBl mul1mx k1 subrr.
by rewrite mul0mx.
Qed.

Lemma shorted_kernel : V *m shorted I V = 0.
Proof. by rewrite /shorted mulmxBr !mulmxA -/B -/K -[_ *m V *m I]mulmxA projection subrr. Qed.

(** The nuisance parameter that fits best: [x - y V] with [y = best x]. *)
Definition best (x : 'rV[F]_p) : 'rV[F]_m := x *m I *m V^T *m K.

Lemma shorted_best x : x *m shorted I V = (x - best x *m V) *m I.
Proof. by rewrite /shorted /best mulmxBr mulmxBl !mulmxA. Qed.

Lemma quad_shorted x : quad (shorted I V) x = quad I (x - best x *m V).
Proof.
rewrite /quad {1}/form shorted_best /form.
suff -> : (x - best x *m V) *m I *m x^T =
          (x - best x *m V) *m I *m (x - best x *m V)^T by [].
rewrite [X in _ = _ *m X]linearB /= mulmxBr trmx_mul mulmxA.
suff -> : (x - best x *m V) *m I *m V^T = 0 by rewrite mul0mx subr0.
have SV : shorted I V *m V^T = 0 by rewrite -sym_shorted -trmx_mul shorted_kernel trmx0.
by rewrite -shorted_best -mulmxA SV mulmx0.
Qed.

End Shorted.

(** If 0 ⪯ A ⪯ I and A V = 0, then A ⪯ I/V. *)
Theorem part_order p m (I A : 'M[F]_p) (V : 'M[F]_(m, p)) :
  psd I -> psd A -> A ⪯ I -> V *m A = 0 -> A ⪯ shorted I V.
Proof.
move=> pI pA lAI VA; apply: belowI; [exact: psd_sym | exact: sym_shorted |] => x.
rewrite quad_shorted //; apply: le_trans (below_quad _ lAI).
by rewrite quad_shift ?lexx //; [apply: psd_sym | rewrite -mulmxA VA mulmx0].
Qed.

(** A = I/V itself is such a matrix: 0 ⪯ I/V ⪯ I and (I/V) V = 0. *)
Theorem part_order_attained p m (I : 'M[F]_p) (V : 'M[F]_(m, p)) :
  psd I -> [/\ psd (shorted I V), shorted I V ⪯ I & V *m shorted I V = 0].
Proof.
move=> pI; split; last exact: shorted_kernel.
  by split=> [|x]; [apply: sym_shorted | rewrite quad_shorted //; case: pI].
have pB := psdB V pI; have sK := pseudoinverse_sym (psd_sym pB).
rewrite /below /shorted opprB addrCA subrr addr0.
have [_ k2 _ _] := pseudoinverseP (V *m I *m V^T).
move: (pseudoinverse _) sK k2 => K sK k2; have [sI _] := pI.
have -> : I *m V^T *m K *m V *m I = (I *m V^T *m K) *m (V *m I *m V^T) *m (I *m V^T *m K)^T.
  by rewrite !trmx_mul trmxK sI sK -{1}k2 !mulmxA.
exact: psd_congr.
Qed.

(** It is the information left when motion along V is unknown: x^T (I/V) x is the least of (x - w)^T I (x - w) over all w in V. *)
Theorem part_order_nuisance p m (I : 'M[F]_p) (V : 'M[F]_(m, p)) (x : 'rV[F]_p) :
  psd I ->
  (forall w : 'rV_p, (w <= V)%MS -> quad (shorted I V) x <= quad I (x - w)) /\
  (exists2 w : 'rV_p, (w <= V)%MS & quad (shorted I V) x = quad I (x - w)).
Proof.
move=> pI; have [p1 p2 p3] := part_order_attained V pI; split=> [w wV|]; last first.
  by exists (best I V x *m V); [apply: submxMl | apply: quad_shorted].
apply: le_trans (below_quad _ p2); rewrite quad_shift ?lexx //; first exact: psd_sym.
exact: (proj1 (admissible_rows _ V) p3 w).
Qed.

End Order.
