(** * Critical collapses behind tapering heads *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite inertia subspaces.
From Geometry.thm41 Require Import heads.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Critical.
Variable F : realFieldType.
Variables s s' s'' : F -> F.

(** The widths do not increase, d >= m_1 >= .. >= m_(N-1), and all of W_1, .., W_(N-1) have full rank. *)
Fixpoint tapering k n (N : layers F k n) : Prop :=
  match N with
  | Last _ _ _ => True
  | Layer n m W _ rest => [/\ (m <= n)%N, \rank W = minn m n & tapering rest]
  end.

(** If the widths do not increase, all of W_1, .., W_(N-1) have full rank and s' != 0 everywhere, then at a critical z, where J^T rho = 0, every delta_l = 0, so that M = 0 and H_eff = G. *)
Theorem part_critical k d (N : layers F k d) (H : 'M[F]_k) (rho : 'rV_k) (z : 'rV_d) :
  tapering N -> (forall a, s' a != 0) ->
  rho *m jacobian s s' N z = 0 ->
  [/\ deltas s s' N rho z = 0, interaction s s' s'' N rho z = 0 &
      effective s s' s'' N H rho z = pullback s s' N H z].
Proof.
move=> tN s0 crit; suff d0 : deltas s s' N rho z = 0.
  have i0 : interaction s s' s'' N rho z = 0.
    rewrite /interaction /gains d0 (_ : diag_mx _ = 0) ?mulmx0 ?mul0mx //.
    by rewrite -(raddf0 (diag_mx_additive _ _)); congr diag_mx; apply/rowP => j; rewrite !mxE mul0r.
  by split; rewrite // /effective i0 addr0.
elim: N z tN crit => [n W b|n m W b rest IH] z /= => [_ _|[mn rW tN]]; first exact: erefl.
rewrite !mulmxA; set x1 := map_mx s _; set p := map_mx s' _ => crit.
have fW : row_free W by rewrite /row_free rW (minn_idPl mn).
have d1 : rho *m jacobian s s' rest x1 = 0.
  have : rho *m jacobian s s' rest x1 *m diag_mx p = 0 by apply: (row_free_inj fW); rewrite mul0mx.
  move=> e; apply/rowP => j; have := congr1 (fun A : 'M_(_, _) => A 0 j) e.
  rewrite mul_mx_diag !mxE => /eqP; rewrite mulf_eq0 (negPf (s0 _)) orbF => /eqP.
  by rewrite ?mxE.
by rewrite (IH x1 tN d1) d1 row_mx0.
Qed.

End Critical.
