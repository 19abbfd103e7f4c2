(** * The tangent spaces of a linear group action *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms subspaces differential orbits.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Group.
Variable F : realFieldType.
Variable d : nat.

(** [G] is a group of invertible matrices; it acts on rows by z -> z g. *)
Definition group (G : 'M[F]_d -> Prop) : Prop :=
  [/\ G 1%:M, forall g g', G g -> G g' -> G (g *m g') & forall g, G g -> g \in unitmx /\ G (invmx g)].

(** [xi] is the velocity at 1 of a curve in G. *)
Definition generator (G : 'M[F]_d -> Prop) (xi : 'M[F]_d) : Prop :=
  exists c : 'rV[F]_1 -> 'M_d,
    [/\ forall s, G (c s), c 0 = 1%:M & differential (fun s => mxvec (c s)) 0 (mxvec xi)^T].

(** The Lie algebra of G: the subspace, of matrices written as rows, of all its generators. *)
Definition lie_algebra m (G : 'M[F]_d -> Prop) (g : 'M[F]_(m, d * d)) : Prop :=
  forall xi : 'M_d, (mxvec xi <= g)%MS <-> generator G xi.

(** The linear map that takes [xi], written as a row, to z xi. *)
Definition act (z : 'rV[F]_d) : 'M[F]_(d * d, d) := lin1_mx (mulmx z \o vec_mx).

(** V_aug(z) = {z xi : xi in the Lie algebra}. *)
Definition V_aug m (g : 'M[F]_(m, d * d)) (z : 'rV[F]_d) : 'M[F]_(m, d) := g *m act z.

(** The Lie algebra of the stabiliser of z: all xi in the Lie algebra with z xi = 0. *)
Definition stabiliser m (g : 'M[F]_(m, d * d)) (z : 'rV[F]_d) : 'M[F]_(d * d) := (g :&: kermx (act z))%MS.

Lemma actE z xi : mxvec xi *m act z = z *m xi.
Proof. by rewrite /act mul_rV_lin1 /= mxvecK. Qed.

Lemma V_augP m (g : 'M[F]_(m, d * d)) z (v : 'rV_d) :
  (v <= V_aug g z)%MS <-> exists2 xi, (mxvec xi <= g)%MS & v = z *m xi.
Proof.
split=> [/submxP[c ->]|[xi xg ->]]; last by rewrite -actE submxMr.
by exists (vec_mx (c *m g)); rewrite ?vec_mxK ?submxMl // mulmxA -actE vec_mxK.
Qed.

Lemma stabiliserP m (g : 'M[F]_(m, d * d)) z (xi : 'M_d) :
  (mxvec xi <= stabiliser g z)%MS <-> (mxvec xi <= g)%MS /\ z *m xi = 0.
Proof.
rewrite /stabiliser sub_capmx -actE; split=> [/andP[-> /sub_kermxP]|[-> e]] //=.
exact/sub_kermxP.
Qed.

(** V_aug(z) consists of the velocities of the curves z c(s) with curves c in G through 1. *)
Lemma V_aug_velocity m (G : 'M[F]_d -> Prop) (g : 'M[F]_(m, d * d)) z (c : 'rV[F]_1 -> 'M_d) xi :
  lie_algebra G g -> (forall s, G (c s)) -> c 0 = 1%:M ->
  differential (fun s => mxvec (c s)) 0 (mxvec xi)^T ->
  differential (fun s => z *m c s) 0 (z *m xi)^T /\ (z *m xi <= V_aug g z)%MS.
Proof.
move=> Lg Gc c0 Dc; split; last by apply/V_augP; exists xi => //; apply/Lg; exists c.
have := differential_comp Dc (differential_linear (act z)^T _).
by rewrite -trmx_mul actE; apply: differential_ext => s; rewrite trmxK actE.
Qed.

Lemma generator_conj G (u w xi : 'M[F]_d) : group G -> G u -> G w -> u *m w = 1%:M ->
  generator G xi -> generator G (u *m xi *m w).
Proof.
move=> [_ GM _] Gu Gw uw [c [Gc c0 Dc]]; exists (fun s => u *m c s *m w); split.
- by move=> s; apply: (GM _ _ _ Gw); apply: GM.
- by rewrite c0 mulmx1.
pose f : 'M[F]_d -> 'M_d := mulmxr w \o mulmx u.
have := differential_comp Dc (differential_linear (lin_mx f)^T _).
by rewrite -trmx_mul mul_vec_lin; apply: differential_ext => s; rewrite trmxK mul_vec_lin.
Qed.

(** V_aug(g z) = g V_aug(z). *)
Theorem part_of_z_group m (G : 'M[F]_d -> Prop) (g : 'M[F]_(m, d * d)) (u : 'M_d) (z : 'rV_d) :
  group G -> lie_algebra G g -> G u -> (V_aug g (z *m u) :=: V_aug g z *m u)%MS.
Proof.
move=> grp Lg Gu; case: (grp) => _ _ /(_ u Gu) [uu Gi].
apply/eqmxP/andP; split; apply: sub_rows => v.
  case/V_augP => xi /Lg gx ->.
  have -> : z *m u *m xi = z *m (u *m xi *m invmx u) *m u by rewrite -!mulmxA mulVmx // mulmx1.
  by apply/submxMr/V_augP; exists (u *m xi *m invmx u) => //; apply/Lg/generator_conj; rewrite ?mulmxV.
case/submxP => c ->; rewrite mulmxA.
have /V_augP [xi /Lg gx ->] : (c *m V_aug g z <= V_aug g z)%MS by apply: submxMl.
apply/V_augP; exists (invmx u *m xi *m u); last by rewrite -!mulmxA mulKVmx.
by apply/Lg/generator_conj; rewrite ?mulVmx.
Qed.

(** Its dimension is that of the Lie algebra less that of the stabiliser's. *)
Theorem part_of_z_dimension m (g : 'M[F]_(m, d * d)) (z : 'rV_d) :
  \rank (V_aug g z) = (\rank g - \rank (stabiliser g z))%N.
Proof. by rewrite -(mxrank_mul_ker g (act z)) addnK. Qed.

(** The dimension is constant on an orbit. *)
Theorem part_of_z_orbit m (G : 'M[F]_d -> Prop) (g : 'M[F]_(m, d * d)) (u : 'M_d) (z : 'rV_d) :
  group G -> lie_algebra G g -> G u -> \rank (V_aug g (z *m u)) = \rank (V_aug g z).
Proof.
move=> grp Lg Gu; rewrite (part_of_z_group z grp Lg Gu).
case: (grp) => _ _ /(_ u Gu) [uu _].
by apply: mxrankMfree; rewrite row_free_unit.
Qed.

(** The rank of a matrix does not drop under a small change. *)
Lemma rank_open m n (A B : 'M[F]_(m, n)) (L : 'M_(\rank A, m)) (R : 'M_(n, \rank A)) :
  L *m A *m R = 1%:M -> norm1 L * norm1 (B - A) * norm1 R < 1 -> (\rank A <= \rank B)%N.
Proof.
move=> LAR small; suff fr : row_free (L *m B *m R).
  move: fr; rewrite /row_free => /eqP {1}<-.
  by apply: leq_trans (mxrankM_maxl _ _) (mxrankM_maxr _ _).
have E : L *m B *m R = 1%:M + L *m (B - A) *m R by rewrite mulmxBr mulmxBl LAR addrCA subrr addr0.
rewrite -kermx_eq0; apply/eqP; rewrite -/(_ = _); apply/eqP; rewrite -submx0; apply/rV_subP => x.
move/sub_kermxP; rewrite E mulmxDr mulmx1 => /eqP; rewrite addr_eq0 => /eqP xE.
have : norm1 x <= norm1 x * (norm1 L * norm1 (B - A) * norm1 R).
  rewrite {1}xE norm1N; apply: le_trans (norm1M _ _) _; apply: ler_wpmul2l; first exact: norm1_ge0.
  apply: le_trans (norm1M _ _) _; apply: ler_wpmul2r; first exact: norm1_ge0.
  exact: norm1M.
have [->|x0] := eqVneq x 0; first by rewrite sub0mx.
by rewrite ler_pmulr ?norm1_gt0 // leNgt small.
Qed.

(** The dimension is lower semicontinuous in z: at a limit it can only drop. *)
Theorem part_of_z_semicontinuous m (g : 'M[F]_(m, d * d)) (z : 'rV_d) :
  near z (fun z' => (\rank (V_aug g z) <= \rank (V_aug g z'))%N).
Proof.
set A := V_aug g z.
have [L [R LAR]] : exists L R, L *m A *m R = 1%:M :> 'M_(\rank A).
  exists (pinvmx (col_base A)), (pinvmx (row_base A)).
  have -> : pinvmx (col_base A) *m A = row_base A.
    transitivity (pinvmx (col_base A) *m (col_base A *m row_base A)); first by rewrite mulmx_base.
    by rewrite mulmxA mulVpmx ?mul1mx // col_base_full.
  by rewrite mulmxVp // row_base_free.
pose C := \sum_i norm1 (V_aug g (delta_mx 0 i)).
have lin v : norm1 (V_aug g (z + v) - A) <= norm1 v * C.
  have -> : V_aug g (z + v) - A = \sum_i v 0 i *: V_aug g (delta_mx 0 i).
    have e w w' : act (w + w') = act w + act w'.
      by apply/row_matrixP => i; rewrite linearD /= !rowE !mul_rV_lin1 /= mulmxDl.
    rewrite /A /V_aug e mulmxDr addrAC subrr add0r.
    have e' : act v = \sum_i v 0 i *: act (delta_mx 0 i).
      apply/row_matrixP => i; rewrite linear_sum /= rowE mul_rV_lin1 /= {1}[v]row_sum_delta mulmx_suml.
      by apply: eq_bigr => j _; rewrite linearZ /= rowE mul_rV_lin1 /= scalemxAl.
    by rewrite e' mulmx_sumr; apply: eq_bigr => i _; rewrite scalemxAr.
  rewrite /C mulr_sumr; elim/big_rec2: _ => [|i y w _ h]; first by rewrite norm10.
  apply: le_trans (norm1D _ _) (ler_add _ h); rewrite norm1Z; apply: ler_wpmul2r; first exact: norm1_ge0.
  exact: le_norm1.
pose K := norm1 L * C * norm1 R + 1.
have C0 : 0 <= C by apply: sumr_ge0 => i _; apply: norm1_ge0.
have K0 : 0 < K by rewrite ltr_paddl ?ltr01 ?mulr_ge0 ?norm1_ge0.
exists K^-1; first by rewrite invr_gt0.
move=> v vK; apply: rank_open LAR _.
apply: le_lt_trans (_ : norm1 v * (norm1 L * C * norm1 R) < 1).
  rewrite [X in _ <= X]mulrA [X in _ <= X * _]mulrCA; apply: ler_wpmul2r; first exact: norm1_ge0.
  by apply: ler_wpmul2l (lin v); apply: norm1_ge0.
apply: le_lt_trans (_ : norm1 v * K < 1); last by rewrite -ltr_pdivl_mulr // mul1r.
by apply: ler_wpmul2l; rewrite ?norm1_ge0 // ler_addl ler01.
Qed.

End Group.
